#pragma once

#include <filesystem>

namespace galen::train {

/// Makes RUN/model of `classifier` (an encoder and head.safetensors): a Galen model with the tower
/// in f32, which `galen classify` applies without torch. What was there is replaced.
/// @param image_size pixels the classifier was trained at
/// @return its folder; empty, with a warning, for an encoder that inference does not run: a ResNet,
///         or a ViT at another size than its own
std::filesystem::path export_classifier(const std::filesystem::path& classifier,
                                        const std::filesystem::path& run, int image_size);

}  // namespace galen::train
