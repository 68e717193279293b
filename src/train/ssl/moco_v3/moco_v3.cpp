#include "train/ssl/moco_v3/moco_v3.h"

#include "train/optim/schedule.h"

namespace galen::train {

torch::Tensor moco_v3_loss(const torch::Tensor& queries, const torch::Tensor& keys,
                           double temperature, const Distributed& ranks) {
  namespace F = torch::nn::functional;
  const torch::Tensor q = F::normalize(queries);
  const torch::Tensor k = ranks.gather(F::normalize(keys.detach()));
  const torch::Tensor labels =
      torch::arange(q.size(0), q.options().dtype(torch::kInt64)) + q.size(0) * ranks.rank();
  return at::cross_entropy_loss(q.matmul(k.t()) / temperature, labels) * (2 * temperature);
}

MocoV3::MocoV3(const MethodParts& parts, Settings& settings)
    : parts_(parts),
      encoder_(register_module("encoder", start_encoder(parts, VitStart::moco_v3))),
      key_encoder_(register_module("key_encoder", start_encoder(parts, VitStart::moco_v3))) {
  is_vit_ = dynamic_cast<Vit*>(encoder_.get()) != nullptr;
  temperature_ = settings("temperature", is_vit_ ? 0.2 : 1.0, 1e-3, 10);
  momentum_ = settings("momentum", 0.99, 0, 1);
  const int64_t hidden = settings.count("head_hidden", 4096, 2, 65536);
  const int64_t out = settings.count("head_out", 256, 2, 65536);
  HeadSpec projector{
      .widths = {encoder_->width(), hidden, out}, .has_bias = false, .last = LastNorm::plain};
  if (is_vit_) projector.widths = {encoder_->width(), hidden, hidden, out};
  projector_ = register_module("projector", Head(projector));
  key_projector_ = register_module("key_projector", Head(projector));
  predictor_ = register_module("predictor",
                               Head(HeadSpec{.widths = {out, hidden, out},
                                             .has_bias = false,
                                             .last = is_vit_ ? LastNorm::plain : LastNorm::none}));
  start_average(*key_encoder_, *encoder_);
  start_average(*key_projector_, *projector_);
}

Recipe MocoV3::recipe() const {
  return moco_v3_recipe(parts_.image_size, is_vit_ ? 0.08 : 0.2, parts_.pathology);
}

TrainingPlan MocoV3::plan() const {
  if (is_vit_) {
    return {.learning_rate = 1.5e-4,
            .weight_decay = 0.1,
            .final_weight_decay = 0.1,
            .warmup_epochs = 40,
            .epochs = 300};
  }
  return {.rule = Rule::lars_moco_v3,
          .learning_rate = 0.6,
          .weight_decay = 1e-6,
          .final_weight_decay = 1e-6,
          .warmup_epochs = 10,
          .epochs = 100};
}

std::vector<Parameter> MocoV3::learned() const {
  auto parameters = parameters_of(*this, "moco_v3");
  // The official AdamW decays every parameter; its LARS leaves out the 1-D ones.
  for (Parameter& parameter : parameters) parameter.decays = parameter.decays || is_vit_;
  return parameters;
}

torch::Tensor MocoV3::queries(const torch::Tensor& view) {
  return predictor_(projector_(encoder_->features(view)));
}

torch::Tensor MocoV3::keys(const torch::Tensor& view) {
  return key_projector_(key_encoder_->features(view));
}

torch::Tensor MocoV3::loss(const std::vector<torch::Tensor>& views, const StepContext& context) {
  const torch::Tensor q1 = queries(views[0]);
  const torch::Tensor q2 = queries(views[1]);
  torch::Tensor k1, k2;
  {
    const torch::NoGradGuard no_grad;
    const double momentum =
        CosineSchedule{.peak = momentum_, .final = 1, .total = context.total_steps}.at(
            context.step);
    update_average(*key_encoder_, *encoder_, momentum);
    update_average(*key_projector_, *projector_, momentum);
    k1 = keys(views[0]);
    k2 = keys(views[1]);
  }
  return moco_v3_loss(q1, k2, temperature_, *parts_.ranks) +
         moco_v3_loss(q2, k1, temperature_, *parts_.ranks);
}

}  // namespace galen::train
