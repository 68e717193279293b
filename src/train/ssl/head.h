#pragma once

#include <torch/torch.h>
#include <vector>

#include "train/nn/batch_norm.h"

namespace galen::train {

enum class LastNorm { none, plain, scaled };  ///< no norm; without affine; with scale, no shift

/// A projection head: linear layers with activations between them.
struct HeadSpec {
  std::vector<int64_t> widths;  ///< input, hidden ones, output
  bool has_bias = true;
  bool has_norm = true;  ///< batch norms after the hidden layers
  bool is_gelu = false;  ///< else ReLU
  LastNorm last = LastNorm::none;
};

class HeadImpl : public torch::nn::Module {
 public:
  explicit HeadImpl(const HeadSpec& spec);
  /// [B, widths.front()] to [B, widths.back()].
  torch::Tensor forward(torch::Tensor x);

 private:
  bool is_gelu_;
  std::vector<torch::nn::Linear> layers_;
  std::vector<BatchNorm> norms_;
};
TORCH_MODULE(Head);

}  // namespace galen::train
