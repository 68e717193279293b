#pragma once

#include <torch/torch.h>

namespace galen::train {

/// Moore-Penrose inverse by iteration (Xiong et al. 2021, equation 11): z <- z/4 (13 I - x z (15 I
/// - x z (7 I - x z))), from z = x^T / (largest column sum * largest row sum), both over all
/// matrices.
/// @param x ... x m x m
[[nodiscard]] torch::Tensor iterative_inverse(const torch::Tensor& x, int iterations = 6);

struct NystromOptions {
  int64_t width = 512;
  int64_t heads = 8;
  int64_t head_width = 64;
  int64_t landmarks = 256;
  double dropout = 0;
};

/// Self-attention through landmarks (Nystromformer, as the package nystrom-attention builds it for
/// TransMIL): sequences are padded with zeros at the front to a multiple of the landmarks; a
/// depthwise convolution of the values (kernel 33) is added.
class NystromAttention : public torch::nn::Module {
 public:
  explicit NystromAttention(const NystromOptions& options);

  struct Result {
    torch::Tensor tokens;     ///< n x width
    torch::Tensor attention;  ///< of the first token to all n, mean over heads, without gradient;
                              ///< an approximation that may be slightly negative
  };
  /// @param tokens n x width
  Result forward(const torch::Tensor& tokens);

 private:
  NystromOptions options_;
  torch::nn::Linear to_qkv_;
  torch::nn::Linear to_out_;
  torch::nn::Dropout dropout_;
  torch::nn::Conv2d residual_;
};

}  // namespace galen::train
