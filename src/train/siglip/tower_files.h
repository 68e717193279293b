#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "train/siglip/towers.h"

namespace galen::train {

/// The vision tower of a GGUF (an mmproj file or a SigLIP pair), expanded to floats, without its
/// pooling head.
/// @throws Error not_found, malformed naming the tensor; unsupported for a tower with class tokens
[[nodiscard]] VisionTower load_gguf_tower(const std::filesystem::path& gguf);

/// The vision tower of a Hugging Face folder, Gemma 3 or SigLIP, without its pooling head.
/// @throws Error not_found, malformed naming the tensor; unsupported without a tower
[[nodiscard]] VisionTower load_folder_tower(const std::filesystem::path& folder);

/// The values of a tower by their names in a GGUF, sharing its memory.
[[nodiscard]] std::map<std::string, torch::Tensor> gguf_values(const VisionTowerImpl& tower);

}  // namespace galen::train
