#include "train/siglip/towers.h"

#include <cmath>
#include <memory>

namespace galen::train {
namespace {

constexpr double kInitialScale = 10.0;
constexpr double kInitialBias = -10.0;

template <typename Config>
TowerShape tower_shape(const Config& config) {
  return {config.hidden, config.mlp,          config.layers,
          config.heads,  config.norm_epsilon, config.exact_gelu};
}

/// A module that only lends its name to parameters.
std::shared_ptr<torch::nn::Module> add_group(torch::nn::Module& owner, const std::string& name) {
  return owner.register_module(name, std::make_shared<torch::nn::Module>(name));
}

/// Xavier for matrices, 1 / sqrt(width) for embeddings and kernels, zero for biases: big_vision's
/// models/vit.py and models/proj/image_text/text_transformer.py.
void initialise(torch::nn::Module& module) {
  const torch::NoGradGuard no_grad;
  for (const auto& item : module.named_parameters()) {
    const std::string& name = item.key();
    torch::Tensor parameter = item.value();
    const auto ends = [&](std::string_view end) { return name.ends_with(end); };
    if (ends("bias")) {
      parameter.zero_();
    } else if (ends("patch_embedding.weight")) {
      parameter.normal_(0, 1 / std::sqrt(static_cast<double>(parameter[0].numel())));
    } else if (ends("embedding.weight")) {
      parameter.normal_(0, 1 / std::sqrt(static_cast<double>(parameter.size(1))));
    } else if (parameter.dim() > 1) {
      torch::nn::init::xavier_uniform_(parameter);
    }
  }
}

}  // namespace

TowerPoolImpl::TowerPoolImpl(const TowerShape& shape)
    : heads_(shape.heads),
      probe_(register_parameter("probe", torch::empty({1, 1, shape.hidden}))),
      norm_(nullptr),
      mlp_(nullptr) {
  const auto attention = add_group(*this, "attention");
  in_weight_ = attention->register_parameter("in_proj_weight",
                                             torch::empty({3 * shape.hidden, shape.hidden}));
  in_bias_ = attention->register_parameter("in_proj_bias", torch::empty({3 * shape.hidden}));
  output_ = attention->register_module("out_proj", torch::nn::Linear(shape.hidden, shape.hidden));
  norm_ = register_module("layernorm", make_norm(shape));
  mlp_ = register_module("mlp", TowerMlp(shape));
}

torch::Tensor TowerPoolImpl::forward(const torch::Tensor& x) {
  const int64_t hidden = x.size(-1);
  const auto split = [&](const torch::Tensor& t) {
    return t.unflatten(-1, {heads_, -1}).transpose(1, 2);
  };
  const torch::Tensor query =
      at::linear(probe_, in_weight_.narrow(0, 0, hidden), in_bias_.narrow(0, 0, hidden));
  const torch::Tensor key_value = at::linear(x, in_weight_.narrow(0, hidden, 2 * hidden),
                                             in_bias_.narrow(0, hidden, 2 * hidden));
  const torch::Tensor attended = at::scaled_dot_product_attention(
      split(query.expand({x.size(0), -1, -1})), split(key_value.narrow(-1, 0, hidden)),
      split(key_value.narrow(-1, hidden, hidden)));
  const torch::Tensor pooled = output_(attended.transpose(1, 2).flatten(2)).squeeze(1);
  return pooled + mlp_(norm_(pooled));
}

VisionTowerImpl::VisionTowerImpl(const SiglipVisionConfig& config)
    : config_(config),
      patch_embedding_(
          torch::nn::Conv2dOptions(3, config.hidden, config.patch_size).stride(config.patch_size)),
      position_embedding_(config.patches(), config.hidden),
      encoder_(tower_shape(config)),
      final_norm_(make_norm(tower_shape(config))) {
  const auto embeddings = add_group(*this, "embeddings");
  embeddings->register_module("patch_embedding", patch_embedding_);
  embeddings->register_module("position_embedding", position_embedding_);
  register_module("encoder", encoder_);
  register_module("post_layernorm", final_norm_);
  if (config.pooling_head) {
    head_ = register_module("head", TowerPool(tower_shape(config)));
  }
  initialise(*this);
}

torch::Tensor VisionTowerImpl::features(const torch::Tensor& pixels) {
  // Kernel and stride are equal, so the convolution is one matrix product over cut-out patches.
  const int64_t p = config_.patch_size;
  const int64_t side = config_.image_size / p;
  const torch::Tensor patches = pixels.narrow(2, 0, side * p)
                                    .narrow(3, 0, side * p)
                                    .unflatten(3, {side, p})
                                    .unflatten(2, {side, p})
                                    .permute({0, 2, 4, 1, 3, 5})
                                    .reshape({pixels.size(0), side * side, 3 * p * p});
  const torch::Tensor x =
      at::linear(patches, patch_embedding_->weight.flatten(1), patch_embedding_->bias);
  return final_norm_(encoder_(x + position_embedding_->weight));
}

torch::Tensor VisionTowerImpl::forward(const torch::Tensor& pixels) {
  const torch::Tensor x = features(pixels);
  return head_ ? head_(x) : x.mean(1);
}

TextTowerImpl::TextTowerImpl(const SiglipTextConfig& config)
    : config_(config),
      token_embedding_(config.vocabulary, config.hidden),
      position_embedding_(config.positions, config.hidden),
      encoder_(tower_shape(config)),
      final_norm_(make_norm(tower_shape(config))),
      head_(config.hidden, config.projection) {
  const auto embeddings = add_group(*this, "embeddings");
  embeddings->register_module("token_embedding", token_embedding_);
  embeddings->register_module("position_embedding", position_embedding_);
  register_module("encoder", encoder_);
  register_module("final_layer_norm", final_norm_);
  register_module("head", head_);
  initialise(*this);
}

torch::Tensor TextTowerImpl::forward(const torch::Tensor& ids) {
  const torch::Tensor x = encoder_(token_embedding_(ids) + position_embedding_->weight);
  return head_(final_norm_(x.select(1, x.size(1) - 1)));
}

SiglipImpl::SiglipImpl(const SiglipVisionConfig& vision_config, const SiglipTextConfig& text_config)
    : text(register_module("text_model", TextTower(text_config))),
      vision(register_module("vision_model", VisionTower(vision_config))),
      logit_scale(register_parameter("logit_scale", torch::full({1}, std::log(kInitialScale)))),
      logit_bias(register_parameter("logit_bias", torch::full({1}, kInitialBias))) {}

torch::Tensor SiglipImpl::embed_images(const torch::Tensor& pixels) {
  return torch::nn::functional::normalize(vision(pixels),
                                          torch::nn::functional::NormalizeFuncOptions().dim(-1));
}

torch::Tensor SiglipImpl::embed_texts(const torch::Tensor& ids) {
  return torch::nn::functional::normalize(text(ids),
                                          torch::nn::functional::NormalizeFuncOptions().dim(-1));
}

torch::Tensor SiglipImpl::logits(const torch::Tensor& images, const torch::Tensor& texts) {
  return at::matmul(images, texts.t()) * logit_scale.exp() + logit_bias;
}

}  // namespace galen::train
