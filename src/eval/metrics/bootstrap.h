#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace galen::eval {

struct BootstrapOptions {
  int resamples = 1000;
  double level = 0.95;
  std::uint64_t seed = 0;
};

struct Interval {
  double low = 0;
  double high = 0;
  int resamples = 0;  ///< how many gave a finite value
};

/// Gives the metric of the rows named by their indices; a row may be named several times. NaN where
/// the metric is not defined: that resample is left out.
using RowMetric = std::function<double(std::span<const std::size_t> rows)>;

/// Percentile bootstrap that draws whole groups (slides, patients) with replacement, so that rows
/// of one group count as one observation. Quantiles as numpy's default. The same seed gives the
/// same interval everywhere. NaN ends when no resample gave a value.
/// @param groups the group of each row; unique names make it a plain bootstrap
/// @throws Error invalid_argument without rows, for a level outside (0, 1) or resamples < 1
[[nodiscard]] Interval bootstrap_interval(std::span<const std::string> groups,
                                          const RowMetric& metric,
                                          const BootstrapOptions& options = {});

/// The q-quantile (0 .. 1) of `values` by linear interpolation, as numpy's default. NaN when empty.
[[nodiscard]] double quantile(std::vector<double> values, double q);

}  // namespace galen::eval
