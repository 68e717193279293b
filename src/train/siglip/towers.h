#pragma once

#include <cstdint>
#include <string>
#include <torch/torch.h>

#include "model/weights/hf_config.h"
#include "train/siglip/tower_encoder.h"

namespace galen::train {

using model::SiglipTextConfig;
using model::SiglipVisionConfig;

/// Attention ("MAP") pooling: a learned probe attends over the patches, then a residual MLP.
/// Parameters probe, attention.{in_proj_weight,in_proj_bias,out_proj.*}, layernorm, mlp.
class TowerPoolImpl : public torch::nn::Module {
 public:
  explicit TowerPoolImpl(const TowerShape& shape);
  /// [images, patches, hidden] to [images, hidden].
  torch::Tensor forward(const torch::Tensor& x);

 private:
  int64_t heads_;
  torch::Tensor probe_;
  torch::Tensor in_weight_;
  torch::Tensor in_bias_;
  torch::nn::Linear output_{nullptr};
  torch::nn::LayerNorm norm_;
  TowerMlp mlp_;
};
TORCH_MODULE(TowerPool);

/// SigLIP's vision tower as transformers' SiglipVisionTransformer, parameter names included:
/// embeddings.{patch_embedding,position_embedding}, encoder.layers.N, post_layernorm, head.
/// Gemma 3 uses it without the pooling head.
class VisionTowerImpl : public torch::nn::Module {
 public:
  explicit VisionTowerImpl(const SiglipVisionConfig& config);

  /// Pixels [images, 3, S, S] in [-1, 1] to patch features after post_layernorm
  /// [images, patches, hidden].
  torch::Tensor features(const torch::Tensor& pixels);
  /// Pixels to [images, hidden]: the pooling head, or the mean of the patches without one.
  torch::Tensor forward(const torch::Tensor& pixels);
  /// Less memory in training for more time: see TowerEncoderImpl.
  void set_recompute(bool recompute) { encoder_->set_recompute(recompute); }

  [[nodiscard]] const SiglipVisionConfig& config() const { return config_; }
  [[nodiscard]] torch::nn::Conv2d& patch_embedding() { return patch_embedding_; }
  [[nodiscard]] torch::nn::Embedding& position_embedding() { return position_embedding_; }

 private:
  SiglipVisionConfig config_;
  torch::nn::Conv2d patch_embedding_;
  torch::nn::Embedding position_embedding_;
  TowerEncoder encoder_;
  torch::nn::LayerNorm final_norm_;
  TowerPool head_{nullptr};
};
TORCH_MODULE(VisionTower);

/// SigLIP's text tower as transformers' SiglipTextTransformer: embeddings, encoder,
/// final_layer_norm, head. Padding is attended; the last position is the text.
class TextTowerImpl : public torch::nn::Module {
 public:
  explicit TextTowerImpl(const SiglipTextConfig& config);

  /// Token ids [texts, positions] (int64) to [texts, projection].
  torch::Tensor forward(const torch::Tensor& ids);

  [[nodiscard]] const SiglipTextConfig& config() const { return config_; }

 private:
  SiglipTextConfig config_;
  torch::nn::Embedding token_embedding_;
  torch::nn::Embedding position_embedding_;
  TowerEncoder encoder_;
  torch::nn::LayerNorm final_norm_;
  torch::nn::Linear head_;
};
TORCH_MODULE(TextTower);

/// Both towers with logit_scale and logit_bias, as transformers' SiglipModel.
class SiglipImpl : public torch::nn::Module {
 public:
  /// Weights drawn from torch's default generator as the paper's code does: Xavier for matrices,
  /// scale log(10), bias -10.
  SiglipImpl(const SiglipVisionConfig& vision, const SiglipTextConfig& text);

  /// L2-normalised embeddings [images, hidden] and [texts, hidden].
  torch::Tensor embed_images(const torch::Tensor& pixels);
  torch::Tensor embed_texts(const torch::Tensor& ids);
  /// exp(logit_scale) cos + logit_bias, [images, texts], from normalised embeddings.
  torch::Tensor logits(const torch::Tensor& images, const torch::Tensor& texts);

  TextTower text{nullptr};
  VisionTower vision{nullptr};
  torch::Tensor logit_scale;
  torch::Tensor logit_bias;
};
TORCH_MODULE(Siglip);

}  // namespace galen::train
