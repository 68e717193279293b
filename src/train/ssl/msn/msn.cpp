#include "train/ssl/msn/msn.h"

#include <cmath>

#include "train/nn/init.h"
#include "train/optim/schedule.h"
#include "train/ssl/views.h"

namespace galen::train {
namespace {

/// Cosines, decays and averages run over this multiple of the steps and so never finish.
constexpr double kHorizon = 1.25;

torch::Tensor prediction_logits(const torch::Tensor& rows, const torch::Tensor& prototypes,
                                double temperature) {
  namespace F = torch::nn::functional;
  return F::normalize(rows).matmul(F::normalize(prototypes).t()) / temperature;
}

}  // namespace

torch::Tensor sharpen(const torch::Tensor& probabilities, double temperature) {
  const torch::Tensor sharp = probabilities.pow(1 / temperature);
  return sharp / sharp.sum(1, true);
}

torch::Tensor sinkhorn(const torch::Tensor& probabilities, int64_t iterations,
                       const Distributed& ranks) {
  torch::Tensor total = probabilities.sum();
  ranks.sum(total);
  torch::Tensor q = probabilities / total;
  const double rows = static_cast<double>(q.size(0)) * ranks.world_size();
  for (int64_t i = 0; i < iterations; ++i) {
    torch::Tensor share = q.sum(0, true);
    ranks.sum(share);
    q = q / (share * static_cast<double>(q.size(1)));
    q = q / (q.sum(1, true) * rows);
  }
  return q * rows;
}

MsnLoss msn_loss(const torch::Tensor& anchors, const torch::Tensor& targets,
                 const torch::Tensor& prototypes, const MsnLossOptions& options,
                 const Distributed& ranks) {
  const torch::Tensor log_p =
      at::log_softmax(prediction_logits(anchors, prototypes, options.temperature), 1);
  torch::Tensor q;
  {
    const torch::NoGradGuard no_grad;
    q = sharpen(at::softmax(prediction_logits(targets, prototypes, options.temperature), 1),
                options.sharpening);
    if (options.sinkhorn_iterations > 0) q = sinkhorn(q, options.sinkhorn_iterations, ranks);
    q = q.repeat({anchors.size(0) / targets.size(0), 1});
  }
  const torch::Tensor mean =
      ranks.sum_with_gradient(log_p.exp().mean(0)) / static_cast<double>(ranks.world_size());
  const double uniform = std::log(static_cast<double>(prototypes.size(0)));
  return {.cross_entropy = -(q * log_p).sum(1).mean(),
          .me_max = at::xlogy(mean, mean).sum() + uniform};
}

Msn::Msn(const MethodParts& parts, Settings& settings)
    : parts_(parts),
      options_{.temperature = settings("temperature", 0.1, 1e-3, 10),
               .sharpening = settings("sharpen", 0.25, 1e-3, 1),
               .sinkhorn_iterations = settings.count("sinkhorn", 3, 0, 100)},
      patch_drop_(settings("patch_drop", 0.15, 0, 0.95)),
      me_max_weight_(settings("me_max", 1, 0, 1000)),
      momentum_(settings("momentum", 0.996, 0, 1)),
      focals_(settings.count("focals", 10, 0, 64)),
      focal_size_(view_size(settings, "focal_size", parts)),
      anchor_(register_module("anchor", start_encoder(parts, VitStart::truncated_normal))),
      target_(register_module("target", start_encoder(parts, VitStart::truncated_normal))) {
  const Vit& vit = as_vit(*anchor_, "msn");
  const int64_t hidden = settings.count("head_hidden", 2048, 2, 65536);
  const int64_t out = settings.count("head_out", 256, 2, 65536);
  const int64_t count = settings.count("prototypes", 1024, 2, 1 << 20);
  const HeadSpec head{.widths = {vit.width(), hidden, hidden, out}, .is_gelu = true};
  anchor_head_ = register_module("anchor_head", Head(head));
  target_head_ = register_module("target_head", Head(head));
  initialise_truncated(*anchor_head_);
  prototypes_ = register_parameter("prototypes", torch::empty({count, out}));
  const double bound = 1 / std::sqrt(static_cast<double>(out));
  torch::nn::init::uniform_(prototypes_, -bound, bound);
  anchor_->set_drop_path(settings("drop_path", 0, 0, 0.99), parts.noise);
  start_average(*target_, *anchor_);
  start_average(*target_head_, *anchor_head_);
}

Recipe Msn::recipe() const {
  return msn_recipe(parts_.image_size, static_cast<int>(focal_size_), static_cast<int>(focals_),
                    parts_.pathology);
}

TrainingPlan Msn::plan() const {
  // 2e-4 to 1e-3 at the official batch of 1024.
  return {.learning_rate = 2.5e-4,
          .start_rate = 5e-5,
          .final_rate = 1e-6,
          .weight_decay = 0.04,
          .final_weight_decay = 0.4,
          .warmup_epochs = 15,
          .epochs = 800,
          .clip = Clip::together,
          .max_norm = 3,
          .horizon = kHorizon,
          .lead = 1};
}

std::vector<Parameter> Msn::learned() const {
  auto parameters = parameters_of(*this, "msn");
  for (Parameter& parameter : parameters) {
    if (parameter.name != "msn.prototypes") continue;
    parameter.decays = false;
    parameter.clipped = false;
  }
  return parameters;
}

torch::Tensor Msn::masked_features(const torch::Tensor& images) {
  Vit& vit = as_vit(*anchor_, "msn");
  if (patch_drop_ == 0) return vit.features(images);
  const int64_t side = images.size(3) / vit.config().patch;
  const int64_t patches = side * side;
  const auto kept = static_cast<int64_t>(static_cast<double>(patches) * (1 - patch_drop_));
  const torch::Tensor keep =
      parts_.noise->permutation(patches).slice(0, 0, std::max<int64_t>(1, kept));
  return vit.forward(images, keep.to(images.device())).select(1, 0);
}

torch::Tensor Msn::loss(const std::vector<torch::Tensor>& views, const StepContext& /*context*/) {
  torch::Tensor targets;
  {
    const torch::NoGradGuard no_grad;
    targets = target_head_(target_->features(views[0]));
  }
  const std::vector<torch::Tensor> anchor_views(views.begin() + 1, views.end());
  // The official code drops patches of the first resolution only and puts each through the head,
  // with batch statistics of its own.
  const torch::Tensor anchors =
      forward_by_size(anchor_views, [&](const torch::Tensor& images, size_t run) {
        return anchor_head_(run == 0 ? masked_features(images) : anchor_->features(images));
      });
  const MsnLoss loss = msn_loss(anchors, targets, prototypes_, options_, *parts_.ranks);
  return loss.cross_entropy + me_max_weight_ * loss.me_max;
}

void Msn::before_update(const StepContext& /*context*/) {
  // The official code sums this gradient over processes where the others are averaged.
  prototypes_.mutable_grad().mul_(parts_.ranks->world_size());
}

void Msn::after_update(const StepContext& context) {
  const auto total = static_cast<int64_t>(kHorizon * static_cast<double>(context.total_steps));
  const double momentum = LinearSchedule{momentum_, 1, total}.at(context.step);
  update_average(*target_, *anchor_, momentum);
  update_average(*target_head_, *anchor_head_, momentum);
}

}  // namespace galen::train
