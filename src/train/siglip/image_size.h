#pragma once

#include <torch/torch.h>

#include "train/siglip/towers.h"

namespace galen::train {

/// `model` for images of `image_size` pixels: itself, or a copy with its position table resampled.
[[nodiscard]] Siglip at_image_size(Siglip model, int64_t image_size);

/// A square position table [from^2, width] resampled to [to^2, width]: bicubic with antialias, as
/// timm's resample_abs_pos_embed.
[[nodiscard]] torch::Tensor resample_positions(const torch::Tensor& table, int64_t to);

/// The side of a square of `count` patches; 0 when they make none.
[[nodiscard]] int64_t square_side(int64_t count);

}  // namespace galen::train
