#pragma once

#include <cstdint>
#include <torch/torch.h>

namespace galen::train {

/// Sizes of one SigLIP tower's transformer.
struct TowerShape {
  int64_t hidden = 768;
  int64_t mlp = 3072;
  int64_t layers = 12;
  int64_t heads = 12;
  double epsilon = 1e-6;    ///< of every layer norm
  bool exact_gelu = false;  ///< the erf form in place of SigLIP's tanh form
};

/// Self-attention over all tokens, no mask. Parameters q_proj, k_proj, v_proj, out_proj.
class TowerAttentionImpl : public torch::nn::Module {
 public:
  explicit TowerAttentionImpl(const TowerShape& shape);
  /// [items, tokens, hidden] to the same.
  torch::Tensor forward(const torch::Tensor& x);

 private:
  int64_t heads_;
  torch::nn::Linear query_;
  torch::nn::Linear key_;
  torch::nn::Linear value_;
  torch::nn::Linear output_;
};
TORCH_MODULE(TowerAttention);

/// fc2(gelu(fc1(x))).
class TowerMlpImpl : public torch::nn::Module {
 public:
  explicit TowerMlpImpl(const TowerShape& shape);
  torch::Tensor forward(const torch::Tensor& x);

 private:
  bool exact_gelu_;
  torch::nn::Linear up_;
  torch::nn::Linear down_;
};
TORCH_MODULE(TowerMlp);

/// Pre-norm transformer block, named as transformers' SiglipEncoderLayer.
class TowerBlockImpl : public torch::nn::Module {
 public:
  explicit TowerBlockImpl(const TowerShape& shape);
  torch::Tensor forward(const torch::Tensor& x);

 private:
  torch::nn::LayerNorm norm1_;
  TowerAttention attention_;
  torch::nn::LayerNorm norm2_;
  TowerMlp mlp_;
};
TORCH_MODULE(TowerBlock);

/// The blocks "layers.N"; the final norm belongs to the tower.
class TowerEncoderImpl : public torch::nn::Module {
 public:
  explicit TowerEncoderImpl(const TowerShape& shape);
  torch::Tensor forward(torch::Tensor x);
  /// Keeps only each block's input for the backward pass, and computes the rest again there.
  void set_recompute(bool recompute) { recompute_ = recompute; }

 private:
  torch::nn::ModuleList layers_;
  bool recompute_ = false;
};
TORCH_MODULE(TowerEncoder);

[[nodiscard]] torch::nn::LayerNorm make_norm(const TowerShape& shape);

}  // namespace galen::train
