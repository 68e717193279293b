#pragma once
// A vision tower and a projector for a decoder, in one GGUF as llama.cpp's mmproj files.

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>

namespace galen::model {

/// Gemma 3's projector as published: the norm is multiplied by 1 + weight.
struct ProjectorValues {
  std::span<const float> norm;    ///< hidden of the tower
  std::span<const float> matrix;  ///< hidden x width of the decoder, row by row
  std::int64_t tokens_per_image = 0;
};

/// Values of a tower by their tensors' names, in place of the stored ones.
using TowerValues = std::map<std::string, std::span<const float>>;

/// Writes `target` with the vision tower of `tower`, a GGUF with or without another projector or a
/// text tower, as it is stored there, and this projector in f32. What `trained` names is written in
/// f32. Throws not_found, malformed (the file has no tower), invalid_argument where the projector
/// or a trained tensor does not fit the tower.
void write_mmproj(const std::filesystem::path& tower, const ProjectorValues& projector,
                  const std::filesystem::path& target, const TowerValues& trained = {});

}  // namespace galen::model
