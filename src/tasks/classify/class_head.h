#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace galen::tasks {

/// A linear layer on an encoder's features, as `galen train finetune` writes it.
struct ClassHead {
  std::vector<std::string> classes;
  bool multi_label = false;   ///< each class by itself; else they exclude each other
  std::size_t width = 0;      ///< of the features
  std::vector<float> weight;  ///< classes x width
  std::vector<float> bias;    ///< classes

  /// Of the features of one image, width values: sigmoid or soft-max.
  [[nodiscard]] std::vector<float> probabilities(std::span<const float> features) const;
};

/// Reads a safetensors file with weight, bias and, in the metadata, classes and multi_label.
/// @throws Error not_found; malformed, naming the field
[[nodiscard]] ClassHead read_class_head(const std::filesystem::path& file);

}  // namespace galen::tasks
