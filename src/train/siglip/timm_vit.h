#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <torch/torch.h>

#include "train/siglip/towers.h"

namespace galen::train {

/// What a vision tower takes over from an encoder in timm's naming (VisionTransformer: patch_embed,
/// pos_embed, blocks.N, norm).
/// @param mean, std of the encoder's own input normalisation, of pixels in [0, 1]; the patch
///        embedding is rescaled so that the tower gives the same for pixels in [-1, 1].
struct TimmVit {
  std::map<std::string, torch::Tensor> tensors;
  std::array<double, 3> mean{0.5, 0.5, 0.5};
  std::array<double, 3> std{0.5, 0.5, 0.5};
  int64_t heads = 0;  ///< 0: unknown, 64 wide heads are taken
};

/// Reads a safetensors file, with the metadata `heads`, `mean` and `std` where it has them (three
/// numbers with commas).
/// @throws Error not_found, malformed
[[nodiscard]] TimmVit read_timm_vit(const std::filesystem::path& file);

/// The sizes of the tower that holds `encoder` (class and register tokens dropped), for images of
/// `image_size` pixels.
/// @throws Error malformed naming a tensor that is missing or misshapen.
[[nodiscard]] SiglipVisionConfig tower_config(const TimmVit& encoder, int64_t image_size);

/// Fills `tower` from `encoder`: qkv is split, the position table resampled to the tower's image
/// size, norm becomes post_layernorm. The pooling head stays as it is.
/// @throws Error malformed naming a tensor that is missing or has another shape.
void init_from_timm(VisionTowerImpl& tower, const TimmVit& encoder);

}  // namespace galen::train
