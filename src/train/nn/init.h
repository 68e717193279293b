#pragma once

#include <torch/torch.h>

namespace galen::train {

/// Fills with a normal distribution cut at [-2, 2] (timm's trunc_normal_: the cut is in units of
/// the values, so std 0.02 is in effect not cut).
void fill_truncated_normal(const torch::Tensor& tensor, double std);

/// Linear layers of `module` and below: weights truncated normal with std 0.02, biases zero; layer
/// norms one and zero (timm, DINO, MSN).
void initialise_truncated(torch::nn::Module& module);

/// Linear layers of `module` and below: weights Xavier uniform, biases zero; layer norms one and
/// zero (MAE, MoCo v3).
void initialise_xavier(torch::nn::Module& module);

/// Which coordinate the first half of a sin-cos code stands for: x in MAE, y in MoCo v3.
enum class SinCosFirst { x, y };

/// Fixed position codes of a rows x columns grid, [rows * columns, width] in row-major order: for
/// each coordinate sin then cos of position / 10000^(i / (width / 4)) (MAE util/pos_embed.py,
/// MoCo v3 vits.py).
/// @throws Error invalid_argument when width is no multiple of 4.
[[nodiscard]] torch::Tensor sin_cos_positions(int64_t rows, int64_t columns, int64_t width,
                                              SinCosFirst first);

}  // namespace galen::train
