#pragma once
// Vision towers with random weights, for measuring and testing where real ones cannot be had.

#include <cstdint>
#include <filesystem>
#include <string>

namespace galen::bench {

struct RandomTower {
  int image_size = 32;
  int patch_size = 8;
  int hidden = 64;
  int layers = 2;
  int heads = 2;
  int mlp = 128;
  int projection = 0;  ///< decoder width of a Gemma 3 projector; 0 = none
  int pool_side = 4;   ///< patches on a side of a projector's square
  bool pooling_head = false;
  std::string type =
      "f32";  ///< ggml's name of the matrices' type, where rows are whole blocks of it, else F16
  std::uint64_t seed = 1;
  bool exchange_ffn_names = false;  ///< as older llama.cpp converters did
  std::string without{};            ///< a tensor to leave out
  std::string misshapen{};          ///< a tensor to write with one row or value more
};

/// SigLIP-So400m as in MedGemma at 896 pixels, as in MedSigLIP at 448.
RandomTower so400m(int image_size);

/// Writes the tower as an mmproj GGUF.
void write_random_tower(const RandomTower& tower, const std::filesystem::path& path);

}  // namespace galen::bench
