#pragma once

#include <functional>
#include <string>
#include <torch/torch.h>
#include <vector>

#include "model/weights/hf_config.h"
#include "train/gemma/layout.h"
#include "train/gemma/linear.h"
#include "train/gemma/stored_matrix.h"
#include "train/gemma/weights.h"

namespace galen::train {

/// x / rms(x) * (1 + weight) over the last dimension.
class GemmaNormImpl : public torch::nn::Module {
 public:
  GemmaNormImpl(torch::Tensor weight, double epsilon);
  torch::Tensor forward(const torch::Tensor& x);

 private:
  torch::Tensor weight_;
  double epsilon_;
};
TORCH_MODULE(GemmaNorm);

/// One block of Gemma 3 (spec A1): attention and gated MLP, each between two norms.
class GemmaLayerImpl : public torch::nn::Module {
 public:
  GemmaLayerImpl(const GemmaWeights& weights, int64_t index);
  /// x [rows, hidden] to the same.
  torch::Tensor forward(const torch::Tensor& x, const PackLayout& layout);

 private:
  torch::Tensor attend(const torch::Tensor& x, const PackLayout& layout);

  int64_t heads_;
  int64_t kv_heads_;
  int64_t head_dim_;
  double scale_;
  bool sliding_;
  GemmaNorm input_norm_, post_attention_norm_, pre_mlp_norm_, post_mlp_norm_, query_norm_,
      key_norm_;
  GemmaLinear query_, key_, value_, output_, gate_, up_, down_;
};
TORCH_MODULE(GemmaLayer);

/// Gemma 3's text decoder with its parameters under Hugging Face's names ("layers.0.mlp.up_proj.
/// weight", "norm.weight", "embed_tokens.weight" when in floats). Everything is frozen at first.
class GemmaDecoderImpl : public torch::nn::Module {
 public:
  explicit GemmaDecoderImpl(const GemmaWeights& weights);

  /// Token embeddings as the first layer takes them, [n, hidden]: multiplied by sqrt(hidden).
  torch::Tensor embed(const torch::Tensor& tokens);
  /// Embeddings of a pack [rows, hidden] to hidden states after the last norm.
  torch::Tensor forward(torch::Tensor x, const PackLayout& layout);
  /// The embedding table, which is also the head.
  [[nodiscard]] const StoredMatrix& embedding() const { return embedding_; }
  [[nodiscard]] const model::GemmaConfig& config() const { return config_; }

  /// A LoRA on every linear layer for whose name ("layers.3.mlp.up_proj") `wanted` holds; returns
  /// their number.
  int64_t add_adapters(const LoraOptions& options,
                       const std::function<bool(const std::string&)>& wanted);
  /// Trains every weight. @throws Error invalid_argument for a quantised base.
  void make_trainable();
  /// Keeps only the input of each layer in the forward pass and computes the layer again in the
  /// backward pass.
  void set_checkpointing(bool on) { checkpointing_ = on; }

 private:
  model::GemmaConfig config_;
  StoredMatrix embedding_;
  std::vector<GemmaLayer> layers_;
  GemmaNorm norm_;
  bool checkpointing_ = false;
};
TORCH_MODULE(GemmaDecoder);

}  // namespace galen::train
