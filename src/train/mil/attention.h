#pragma once

#include <torch/torch.h>

namespace galen::train {

/// Attention logits of patches (Ilse et al. 2018, equations 8 and 9): w^T tanh(V h), or gated,
/// w^T (tanh(V h) * sigmoid(U h)); with biases on V, U and w as the authors' code has them.
class PatchAttention : public torch::nn::Module {
 public:
  /// @param maps rows of w: one attention map each
  PatchAttention(int64_t features, int64_t width, int64_t maps, bool gated, double dropout);

  /// @param patches n x features
  /// @return maps x n, before the softmax
  torch::Tensor forward(const torch::Tensor& patches);

 private:
  torch::nn::Linear v_{nullptr};
  torch::nn::Linear u_{nullptr};  ///< null when not gated
  torch::nn::Linear w_{nullptr};
  torch::nn::Dropout dropout_{nullptr};
};

/// The first layer that every aggregator shares: Linear, ReLU, dropout.
[[nodiscard]] torch::nn::Sequential make_patch_embedding(int64_t features, int64_t hidden,
                                                         double dropout);

}  // namespace galen::train
