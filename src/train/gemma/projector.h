#pragma once

#include <torch/torch.h>
#include <vector>

#include "train/gemma/layout.h"

namespace galen::train {

/// The mean over squares of patches (spec A2): [images, patches, hidden], a square of patches row
/// by row, to [images, tokens, hidden].
[[nodiscard]] torch::Tensor pooled_patches(const torch::Tensor& features, int64_t tokens);

/// Gemma 3's projector after the pooling: RMS norm with (1 + weight), then a matrix. Parameters
/// mm_soft_emb_norm.weight [hidden], mm_input_projection_weight [hidden, width].
class ProjectorImpl : public torch::nn::Module {
 public:
  /// A new one: the norm at 1, the matrix normal, so that soft tokens start at root mean square
  /// `token_size`. Draws from torch's generator.
  ProjectorImpl(int64_t hidden, int64_t width, double epsilon, double token_size);
  /// One with these values. The norm is as published, without the 1.
  ProjectorImpl(torch::Tensor norm, torch::Tensor matrix, double epsilon);
  /// [images, tokens, hidden] to [images, tokens, width].
  torch::Tensor forward(const torch::Tensor& pooled);

  [[nodiscard]] const torch::Tensor& norm() const { return norm_; }
  [[nodiscard]] const torch::Tensor& matrix() const { return matrix_; }

 private:
  torch::Tensor norm_;
  torch::Tensor matrix_;
  double epsilon_;
};
TORCH_MODULE(Projector);

/// `x` [rows, width] with the soft tokens [images, tokens, width] in the rows of their images.
[[nodiscard]] torch::Tensor with_images(const torch::Tensor& x, const torch::Tensor& soft_tokens,
                                        const std::vector<ImageRows>& images);

}  // namespace galen::train
