#pragma once
// Measures of parts, apart by how many slides the parts have: PolyPath does worse from six slides
// on, which a pooled number hides.

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "eval/metrics/bootstrap.h"

namespace galen::eval {

struct Measure {
  std::string name;
  RowMetric value;
};

/// One measure over the parts of one range of slide counts.
struct SlideCountResult {
  std::string slides;  ///< "all", "1", "2-5" or "6+"
  std::string measure;
  std::size_t parts = 0;
  double value = 0;
  Interval interval;
};

/// All parts first, then each range that has parts. `names` are the parts of the rows: rows of one
/// part (of several readers) are drawn together. Throws as bootstrap_interval.
[[nodiscard]] std::vector<SlideCountResult> by_slide_count(std::span<const std::string> names,
                                                           std::span<const int> slides,
                                                           std::span<const Measure> measures,
                                                           const BootstrapOptions& options);

/// A table for people, one line a result.
[[nodiscard]] std::string slide_count_text(std::span<const SlideCountResult> results);

}  // namespace galen::eval
