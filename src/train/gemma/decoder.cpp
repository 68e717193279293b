#include "train/gemma/decoder.h"

#include <cmath>
#include <fmt/format.h>
#include <utility>

#include "train/nn/recompute.h"

namespace galen::train {
namespace {

std::string in_layer(int64_t index, const char* part) {
  return fmt::format("layers.{}.{}.weight", index, part);
}

GemmaNorm norm_of(const GemmaWeights& weights, const std::string& name, int64_t size) {
  return GemmaNorm(weights.norm(name, size), weights.config().norm_epsilon);
}

GemmaLinear linear_of(const GemmaWeights& weights, const std::string& name, int64_t out,
                      int64_t in) {
  return GemmaLinear(weights.matrix(name, out, in));
}

/// Rotates pairs (i, i + d/2) of [rows, heads, d]: rotate-half, as Hugging Face lays heads out.
torch::Tensor rotated(const torch::Tensor& x, const PackLayout::Rotation& rotation) {
  const auto halves = x.chunk(2, -1);
  return x * rotation.cosine + torch::cat({-halves[1], halves[0]}, -1) * rotation.sine;
}

/// [rows, heads, d] to [1, heads * times, rows, d], each head `times` times over.
torch::Tensor as_batch(const torch::Tensor& x, int64_t times) {
  const torch::Tensor heads = x.transpose(0, 1).unsqueeze(1);
  return heads.expand({heads.size(0), times, heads.size(2), heads.size(3)})
      .reshape({1, heads.size(0) * times, heads.size(2), heads.size(3)});
}

}  // namespace

GemmaNormImpl::GemmaNormImpl(torch::Tensor weight, double epsilon)
    : weight_(register_parameter("weight", std::move(weight), false)), epsilon_(epsilon) {}

torch::Tensor GemmaNormImpl::forward(const torch::Tensor& x) {
  return x * torch::rsqrt(x.square().mean(-1, true) + epsilon_) * (weight_ + 1);
}

GemmaLayerImpl::GemmaLayerImpl(const GemmaWeights& weights, int64_t index)
    : heads_(weights.config().heads),
      kv_heads_(weights.config().kv_heads),
      head_dim_(weights.config().head_dim),
      scale_(1 / std::sqrt(weights.config().query_scale)),
      sliding_(weights.config().sliding[static_cast<std::size_t>(index)]),
      input_norm_(nullptr),
      post_attention_norm_(nullptr),
      pre_mlp_norm_(nullptr),
      post_mlp_norm_(nullptr),
      query_norm_(nullptr),
      key_norm_(nullptr),
      query_(nullptr),
      key_(nullptr),
      value_(nullptr),
      output_(nullptr),
      gate_(nullptr),
      up_(nullptr),
      down_(nullptr) {
  const model::GemmaConfig& config = weights.config();
  const auto norm = [&](torch::nn::Module& parent, const char* part, const char* name,
                        int64_t size) {
    return parent.register_module(name, norm_of(weights, in_layer(index, part), size));
  };
  const auto linear = [&](torch::nn::Module& parent, const char* part, const char* name,
                          int64_t out, int64_t in) {
    return parent.register_module(name, linear_of(weights, in_layer(index, part), out, in));
  };
  const auto attention = register_module("self_attn", std::make_shared<torch::nn::Module>());
  const auto mlp = register_module("mlp", std::make_shared<torch::nn::Module>());
  const int64_t hidden = config.hidden;
  input_norm_ = norm(*this, "input_layernorm", "input_layernorm", hidden);
  post_attention_norm_ =
      norm(*this, "post_attention_layernorm", "post_attention_layernorm", hidden);
  pre_mlp_norm_ = norm(*this, "pre_feedforward_layernorm", "pre_feedforward_layernorm", hidden);
  post_mlp_norm_ = norm(*this, "post_feedforward_layernorm", "post_feedforward_layernorm", hidden);
  query_norm_ = norm(*attention, "self_attn.q_norm", "q_norm", head_dim_);
  key_norm_ = norm(*attention, "self_attn.k_norm", "k_norm", head_dim_);
  query_ = linear(*attention, "self_attn.q_proj", "q_proj", heads_ * head_dim_, hidden);
  key_ = linear(*attention, "self_attn.k_proj", "k_proj", kv_heads_ * head_dim_, hidden);
  value_ = linear(*attention, "self_attn.v_proj", "v_proj", kv_heads_ * head_dim_, hidden);
  output_ = linear(*attention, "self_attn.o_proj", "o_proj", hidden, heads_ * head_dim_);
  gate_ = linear(*mlp, "mlp.gate_proj", "gate_proj", config.mlp, hidden);
  up_ = linear(*mlp, "mlp.up_proj", "up_proj", config.mlp, hidden);
  down_ = linear(*mlp, "mlp.down_proj", "down_proj", hidden, config.mlp);
}

torch::Tensor GemmaLayerImpl::attend(const torch::Tensor& x, const PackLayout& layout) {
  const int64_t rows = x.size(0);
  const auto& rotation = layout.rotation(sliding_);
  const auto queries = rotated(query_norm_(query_(x).view({rows, heads_, head_dim_})), rotation);
  const auto keys = rotated(key_norm_(key_(x).view({rows, kv_heads_, head_dim_})), rotation);
  const auto values = value_(x).view({rows, kv_heads_, head_dim_});
  std::vector<torch::Tensor> results;
  for (const PackLayout::Example& example : layout.examples()) {
    const auto part = [&](const torch::Tensor& all, int64_t times) {
      return as_batch(all.slice(0, example.begin, example.begin + example.length), times);
    };
    const torch::Tensor& mask = sliding_ ? example.sliding : example.full;
    const auto attended = at::scaled_dot_product_attention(
        part(queries, 1), part(keys, heads_ / kv_heads_), part(values, heads_ / kv_heads_),
        mask.defined() ? std::optional<torch::Tensor>(mask) : std::nullopt, 0.0, !mask.defined(),
        scale_);
    results.push_back(
        attended.squeeze(0).transpose(0, 1).reshape({example.length, heads_ * head_dim_}));
  }
  return output_(torch::cat(results));
}

torch::Tensor GemmaLayerImpl::forward(const torch::Tensor& x, const PackLayout& layout) {
  const torch::Tensor h = x + post_attention_norm_(attend(input_norm_(x), layout));
  const torch::Tensor in = pre_mlp_norm_(h);
  const torch::Tensor out = down_(torch::gelu(gate_(in), "tanh") * up_(in));
  return h + post_mlp_norm_(out);
}

GemmaDecoderImpl::GemmaDecoderImpl(const GemmaWeights& weights)
    : config_(weights.config()),
      embedding_(weights.matrix("embed_tokens.weight", config_.vocabulary, config_.hidden)),
      norm_(norm_of(weights, "norm.weight", config_.hidden)) {
  if (embedding_.is_float()) {
    const auto table = register_module("embed_tokens", std::make_shared<torch::nn::Module>());
    embedding_ = StoredMatrix(table->register_parameter("weight", embedding_.values(), false));
  }
  const auto list = register_module("layers", torch::nn::ModuleList());
  for (int64_t i = 0; i < config_.layers; ++i) {
    layers_.emplace_back(weights, i);
    list->push_back(layers_.back());
  }
  register_module("norm", norm_);
}

torch::Tensor GemmaDecoderImpl::embed(const torch::Tensor& tokens) {
  return embedding_.gather(tokens) * std::sqrt(static_cast<float>(config_.hidden));
}

torch::Tensor GemmaDecoderImpl::forward(torch::Tensor x, const PackLayout& layout) {
  for (GemmaLayer& layer : layers_) {
    if (checkpointing_ && torch::GradMode::is_enabled()) {
      x = recomputed([layer, layout](const torch::Tensor& in) mutable { return layer(in, layout); },
                     x);
    } else {
      x = layer(x, layout);
    }
  }
  return norm_(x);
}

int64_t GemmaDecoderImpl::add_adapters(const LoraOptions& options,
                                       const std::function<bool(const std::string&)>& wanted) {
  int64_t count = 0;
  for (const auto& item : named_modules()) {
    auto* linear = item.value()->as<GemmaLinearImpl>();
    if (linear == nullptr || !wanted(item.key())) continue;
    linear->add_adapter(options);
    ++count;
  }
  return count;
}

void GemmaDecoderImpl::make_trainable() {
  for (const auto& module : modules(false)) {
    if (auto* linear = module->as<GemmaLinearImpl>()) linear->make_trainable();
  }
  for (torch::Tensor& parameter : parameters()) parameter.set_requires_grad(true);
}

}  // namespace galen::train
