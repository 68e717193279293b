#pragma once
// What `galen train mil` learnt, applied to the patches of a slide without torch.

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "io/store/patches.h"
#include "tasks/slide_level/aggregator.h"

namespace galen::tasks {

struct MilResult {
  std::vector<double> outputs;   ///< probability of each class; else one risk or value
  std::vector<float> attention;  ///< maps x patches, each map with sum 1; empty: the head has none
  std::size_t maps = 0;
};

/// The mean of a slide's features, `width` values. Throws invalid_argument for a slide without
/// patches.
[[nodiscard]] std::vector<float> mean_feature(const store::Patches& patches);

/// A run of `galen train mil`. Several folds are averaged: their probabilities, risks or values,
/// and their attention.
class MilHead {
 public:
  /// `run` holds mil.json and fold-K/model.safetensors. Throws not_found, malformed.
  explicit MilHead(const std::filesystem::path& run);

  /// Names of the classes; empty for survival and regression.
  [[nodiscard]] const std::vector<std::string>& classes() const { return classes_; }
  /// Without classes, what the one output is: "risk" or "value".
  [[nodiscard]] const std::string& output() const { return output_; }
  [[nodiscard]] std::size_t width() const;
  /// Throws invalid_argument for patches of another width or none.
  [[nodiscard]] MilResult apply(const store::Patches& patches, int threads) const;

 private:
  std::string name_;
  std::string output_;
  std::vector<std::string> classes_;
  std::vector<std::unique_ptr<Aggregator>> folds_;
};

}  // namespace galen::tasks
