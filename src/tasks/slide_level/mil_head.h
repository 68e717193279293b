#pragma once
// What `galen train mil` learnt, applied to the patches of a slide without torch.

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "io/store/patches.h"

namespace galen::tasks {

struct MilResult {
  std::vector<double> outputs;   ///< probability of each class; survival: one risk
  std::vector<float> attention;  ///< maps x patches, each map with sum 1; empty: the head has none
  std::size_t maps = 0;
};

/// The mean of a slide's features, `width` values. Throws invalid_argument for a slide without
/// patches.
[[nodiscard]] std::vector<float> mean_feature(const store::Patches& patches);

/// A run of `galen train mil`: mean, max, abmil, abmil-plain, clam-sb or clam-mb. Several folds are
/// averaged: their probabilities or risks, and their attention.
class MilHead {
 public:
  /// `run` holds mil.json and fold-K/model.safetensors. Throws not_found, malformed; unsupported
  /// for transmil and regression.
  explicit MilHead(const std::filesystem::path& run);
  ~MilHead();
  MilHead(MilHead&&) noexcept;
  MilHead& operator=(MilHead&&) noexcept;

  /// Names of the classes; empty for survival.
  [[nodiscard]] const std::vector<std::string>& classes() const { return classes_; }
  [[nodiscard]] std::size_t width() const;
  /// Throws invalid_argument for patches of another width or none.
  [[nodiscard]] MilResult apply(const store::Patches& patches, int threads) const;

 private:
  class Fold;
  std::string name_;
  std::vector<std::string> classes_;
  std::vector<Fold> folds_;
};

}  // namespace galen::tasks
