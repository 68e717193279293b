#pragma once

#include <torch/torch.h>

#include "train/gemma/stored_matrix.h"

namespace galen::train {

/// A low-rank change of a linear layer (Hu et al. 2021, arXiv 2106.09685, section 4.1).
struct LoraOptions {
  int64_t rank = 16;
  double alpha = 16;   ///< the change is alpha / rank * B A
  double dropout = 0;  ///< of the input of A, in training
};

/// A linear layer without bias over a stored matrix, with a LoRA once add_adapter was called. The
/// matrix is frozen unless it is in floats and make_trainable was called. Parameters: weight
/// (floats only), lora_A.weight [rank, in], lora_B.weight [out, rank], as PEFT names them.
class GemmaLinearImpl : public torch::nn::Module {
 public:
  explicit GemmaLinearImpl(StoredMatrix weight);

  /// A uniform within 1 / sqrt(in) and B zero, as PEFT initialises them.
  void add_adapter(const LoraOptions& options);
  /// @throws Error invalid_argument for a quantised matrix.
  void make_trainable();
  /// x [n, in] to [n, out].
  torch::Tensor forward(const torch::Tensor& x);
  /// W + alpha / rank * B A, in floats.
  [[nodiscard]] torch::Tensor merged() const;
  [[nodiscard]] bool has_adapter() const { return lora_a_.defined(); }

 private:
  StoredMatrix weight_;
  torch::Tensor lora_a_;
  torch::Tensor lora_b_;
  double scale_ = 0;
  double dropout_ = 0;
};
TORCH_MODULE(GemmaLinear);

}  // namespace galen::train
