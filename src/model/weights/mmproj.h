#pragma once
// A vision tower and a projector for a decoder, in one GGUF as llama.cpp's mmproj files.

#include <cstdint>
#include <filesystem>
#include <span>

namespace galen::model {

/// Gemma 3's projector as published: the norm is multiplied by 1 + weight.
struct ProjectorValues {
  std::span<const float> norm;    ///< hidden of the tower
  std::span<const float> matrix;  ///< hidden x width of the decoder, row by row
  std::int64_t tokens_per_image = 0;
};

/// Writes `target` with the vision tower of `tower`, a GGUF with or without another projector or a
/// text tower, as it is stored there, and this projector in f32. Throws not_found, malformed (the
/// file has no tower), invalid_argument where the projector does not fit the tower.
void write_mmproj(const std::filesystem::path& tower, const ProjectorValues& projector,
                  const std::filesystem::path& target);

}  // namespace galen::model
