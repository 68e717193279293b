#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <torch/torch.h>

#include "train/siglip/towers.h"
#include "train/views/view_spec.h"

namespace galen::train {

/// What a vision tower takes over from an encoder in timm's naming (VisionTransformer: patch_embed,
/// pos_embed, blocks.N, norm).
struct TimmVit {
  std::map<std::string, torch::Tensor> tensors;
  int64_t heads = 0;  ///< 0: unknown, 64 wide heads are taken
  /// Of the encoder's input. The patch embedding is rescaled, so that the tower gives the same for
  /// pixels in [-1, 1].
  Normalisation normalisation = kHalf;
};

/// Reads a safetensors file; heads and normalisation come from its metadata (galen train ssl).
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
