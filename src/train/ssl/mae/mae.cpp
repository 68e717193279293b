#include "train/ssl/mae/mae.h"

#include <fmt/format.h>

#include "base/raise.h"
#include "train/nn/init.h"

namespace galen::train {

torch::Tensor mae_patches(const torch::Tensor& images, int64_t patch) {
  const torch::Tensor pixels = patch_pixels(images, patch);
  const int64_t area = patch * patch;
  return pixels.view({pixels.size(0), pixels.size(1), 3, area})
      .transpose(2, 3)
      .reshape({pixels.size(0), pixels.size(1), 3 * area});
}

torch::Tensor normalised_patches(const torch::Tensor& patches) {
  const auto [variance, mean] = at::var_mean(patches, {-1}, true, true);
  return (patches - mean) / (variance + 1e-6).sqrt();
}

Masking random_masking(const torch::Tensor& noise, double ratio) {
  const auto kept = static_cast<int64_t>(static_cast<double>(noise.size(1)) * (1 - ratio));
  return {noise.argsort(1, false), std::max<int64_t>(1, kept)};
}

MaeDecoderImpl::MaeDecoderImpl(int64_t encoder_width, int64_t patches_a_side, int64_t pixels,
                               int64_t width, int64_t depth, int64_t heads) {
  if (width % heads != 0) {
    raise(ErrorKind::invalid_argument, "mae: decoder width {} is no multiple of its {} heads",
          width, heads);
  }
  const int64_t patches = patches_a_side * patches_a_side;
  embed_ = register_module("embed", torch::nn::Linear(encoder_width, width));
  mask_token_ = register_parameter("mask_token", torch::empty({1, 1, width}));
  torch::nn::init::normal_(mask_token_, 0, 0.02);
  // The CLS token's position is zero.
  positions_ = register_parameter("positions", torch::zeros({1, 1 + patches, width}), false);
  positions_.slice(1, 1).copy_(
      sin_cos_positions(patches_a_side, patches_a_side, width, SinCosFirst::x));
  for (int64_t i = 0; i < depth; ++i) {
    blocks_.push_back(
        register_module(fmt::format("block{}", i), VitBlock(width, heads, 4 * width)));
  }
  norm_ =
      register_module("norm", torch::nn::LayerNorm(torch::nn::LayerNormOptions({width}).eps(1e-6)));
  pred_ = register_module("pred", torch::nn::Linear(width, pixels));
  initialise_xavier(*this);
}

torch::Tensor MaeDecoderImpl::forward(const torch::Tensor& tokens, const Masking& masking) {
  const int64_t batch = tokens.size(0);
  const int64_t hidden = masking.order.size(1) - masking.kept;
  const torch::Tensor visible = embed_(tokens);
  // Patches in the order of the masking: the visible ones first, each with its own position.
  const torch::Tensor all =
      torch::cat({visible.slice(1, 1), mask_token_.expand({batch, hidden, -1})}, 1) +
      take_tokens(positions_.slice(1, 1), masking.order);
  torch::Tensor x = torch::cat({visible.slice(1, 0, 1), all}, 1);
  for (auto& block : blocks_) x = block(x);
  return pred_(norm_(x.slice(1, 1 + masking.kept)));
}

Mae::Mae(const MethodParts& parts, Settings& settings)
    : parts_(parts),
      mask_ratio_(settings("mask_ratio", 0.75, 0.05, 0.95)),
      is_normalised_(settings.count("normalise_pixels", 1, 0, 1) == 1),
      encoder_(register_module("encoder", start_encoder(parts, VitStart::mae))) {
  Vit& vit = as_vit(*encoder_, "mae");
  const int64_t patch = vit.config().patch;
  if (vit.config().image_size != parts.image_size) {
    raise(ErrorKind::invalid_argument, "mae: image size {}, but {} has positions for {}",
          parts.image_size, parts.architecture, vit.config().image_size);
  }
  const int64_t width = settings.count("decoder_width", 512, 4, 8192);
  const int64_t depth = settings.count("decoder_depth", 8, 1, 64);
  const int64_t heads = settings.count("decoder_heads", 16, 1, 256);
  decoder_ = register_module("decoder", MaeDecoder(vit.width(), parts.image_size / patch,
                                                   3 * patch * patch, width, depth, heads));
}

Recipe Mae::recipe() const {
  return mae_recipe(parts_.image_size, parts_.pathology);
}

TrainingPlan Mae::plan() const {
  return {.learning_rate = 1.5e-4,
          .weight_decay = 0.05,
          .final_weight_decay = 0.05,
          .warmup_epochs = 40,
          .epochs = 800,
          .beta2 = 0.95};
}

std::vector<Parameter> Mae::learned() const {
  return parameters_of(*this, "mae");
}

torch::Tensor Mae::loss(const std::vector<torch::Tensor>& views, const StepContext& /*context*/) {
  Vit& vit = as_vit(*encoder_, "mae");
  const torch::Tensor& images = views[0];
  const int64_t side = images.size(3) / vit.config().patch;
  const torch::Tensor noise = parts_.noise->uniform(images.size(0), side * side);
  const Masking masking = random_masking(noise.to(images.device()), mask_ratio_);
  const torch::Tensor predicted = decoder_(vit.forward(images, masking.visible()), masking);
  torch::Tensor target = take_tokens(mae_patches(images, vit.config().patch), masking.masked());
  if (is_normalised_) target = normalised_patches(target);
  return at::mse_loss(predicted, target);
}

}  // namespace galen::train
