#include "train/siglip/tower_encoder.h"

#include "train/nn/recompute.h"

namespace galen::train {

torch::nn::LayerNorm make_norm(const TowerShape& shape) {
  return torch::nn::LayerNorm(torch::nn::LayerNormOptions({shape.hidden}).eps(shape.epsilon));
}

TowerAttentionImpl::TowerAttentionImpl(const TowerShape& shape)
    : heads_(shape.heads),
      query_(register_module("q_proj", torch::nn::Linear(shape.hidden, shape.hidden))),
      key_(register_module("k_proj", torch::nn::Linear(shape.hidden, shape.hidden))),
      value_(register_module("v_proj", torch::nn::Linear(shape.hidden, shape.hidden))),
      output_(register_module("out_proj", torch::nn::Linear(shape.hidden, shape.hidden))) {}

torch::Tensor TowerAttentionImpl::forward(const torch::Tensor& x) {
  const auto split = [&](torch::nn::Linear& linear) {
    return linear(x).unflatten(-1, {heads_, -1}).transpose(1, 2);
  };
  const torch::Tensor attended =
      at::scaled_dot_product_attention(split(query_), split(key_), split(value_));
  return output_(attended.transpose(1, 2).flatten(2));
}

TowerMlpImpl::TowerMlpImpl(const TowerShape& shape)
    : exact_gelu_(shape.exact_gelu),
      up_(register_module("fc1", torch::nn::Linear(shape.hidden, shape.mlp))),
      down_(register_module("fc2", torch::nn::Linear(shape.mlp, shape.hidden))) {}

torch::Tensor TowerMlpImpl::forward(const torch::Tensor& x) {
  return down_(at::gelu(up_(x), exact_gelu_ ? "none" : "tanh"));
}

TowerBlockImpl::TowerBlockImpl(const TowerShape& shape)
    : norm1_(register_module("layer_norm1", make_norm(shape))),
      attention_(register_module("self_attn", TowerAttention(shape))),
      norm2_(register_module("layer_norm2", make_norm(shape))),
      mlp_(register_module("mlp", TowerMlp(shape))) {}

torch::Tensor TowerBlockImpl::forward(const torch::Tensor& x) {
  const torch::Tensor attended = x + attention_(norm1_(x));
  return attended + mlp_(norm2_(attended));
}

TowerEncoderImpl::TowerEncoderImpl(const TowerShape& shape) {
  register_module("layers", layers_);
  for (int64_t i = 0; i < shape.layers; ++i) layers_->push_back(TowerBlock(shape));
}

torch::Tensor TowerEncoderImpl::forward(torch::Tensor x) {
  for (const auto& layer : *layers_) {
    auto* block = layer->as<TowerBlock>();
    const bool again = recompute_ && torch::GradMode::is_enabled();
    x = again ? recomputed([block](const torch::Tensor& in) { return block->forward(in); }, x)
              : block->forward(x);
  }
  return x;
}

}  // namespace galen::train
