#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "io/store/patches.h"
#include "io/store/safetensors.h"

namespace galen::tasks {

/// What one fold of `galen train mil` learnt: patches of a slide to its logits. Thread-safe.
class Aggregator {
 public:
  Aggregator() = default;
  Aggregator(const Aggregator&) = delete;
  Aggregator& operator=(const Aggregator&) = delete;
  virtual ~Aggregator() = default;

  /// Features of a patch.
  [[nodiscard]] virtual std::size_t width() const = 0;
  /// Logits of a slide with at least one patch of width(); `attention` takes maps x patches and
  /// stays empty without attention.
  [[nodiscard]] virtual std::vector<double> apply(const store::Patches& patches, int threads,
                                                  std::vector<float>& attention) const = 0;
};

/// mean, max, abmil, abmil-plain, clam-sb and clam-mb: patches are embedded one by one and pooled.
/// Throws malformed.
[[nodiscard]] std::unique_ptr<Aggregator> read_pooling(const store::Safetensors& file,
                                                       const std::string& kind);
/// TransMIL (Shao et al. 2021), as `galen train mil` builds it. Throws malformed.
[[nodiscard]] std::unique_ptr<Aggregator> read_transmil(const store::Safetensors& file,
                                                        std::size_t landmarks);

}  // namespace galen::tasks
