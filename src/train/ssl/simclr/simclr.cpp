#include "train/ssl/simclr/simclr.h"

namespace galen::train {
namespace {

/// Cross-entropy of rows against their partner in `other`; `own` holds the same view of all images.
torch::Tensor one_direction(const torch::Tensor& rows, const torch::Tensor& own,
                            const torch::Tensor& other, const torch::Tensor& labels,
                            double temperature) {
  const torch::Tensor to_other = rows.matmul(other.t()) / temperature;
  const torch::Tensor itself =
      torch::zeros_like(to_other, torch::kBool).scatter_(1, labels.unsqueeze(1), true);
  const torch::Tensor to_own = (rows.matmul(own.t()) / temperature).masked_fill(itself, -1e9);
  return at::cross_entropy_loss(torch::cat({to_other, to_own}, 1), labels);
}

}  // namespace

torch::Tensor nt_xent(const torch::Tensor& a, const torch::Tensor& b, double temperature,
                      const Distributed& ranks) {
  namespace F = torch::nn::functional;
  const torch::Tensor za = F::normalize(a.to(at::promote_types(a.scalar_type(), at::kFloat)));
  const torch::Tensor zb = F::normalize(b.to(at::promote_types(b.scalar_type(), at::kFloat)));
  const torch::Tensor all_a = ranks.gather_with_gradient(za);
  const torch::Tensor all_b = ranks.gather_with_gradient(zb);
  const torch::Tensor labels =
      torch::arange(za.size(0), za.options().dtype(torch::kInt64)) + za.size(0) * ranks.rank();
  return one_direction(za, all_a, all_b, labels, temperature) +
         one_direction(zb, all_b, all_a, labels, temperature);
}

Simclr::Simclr(const MethodParts& parts, Settings& settings)
    : parts_(parts),
      temperature_(settings("temperature", 0.1, 1e-3, 10)),
      jitter_(settings("jitter", 1, 0, 1.25)),
      encoder_(register_module("encoder", start_encoder(parts, VitStart::truncated_normal))) {
  const int64_t width = encoder_->width();
  const int64_t layers = settings.count("head_layers", 3, 1, 8);
  const int64_t out = settings.count("head_out", 128, 2, 65536);
  HeadSpec spec{.widths = std::vector<int64_t>(static_cast<size_t>(layers), width)};
  spec.widths.push_back(out);
  spec.has_bias = false;  // the batch norms have it
  spec.last = LastNorm::scaled;
  head_ = register_module("head", Head(spec));
  for (const auto& item : head_->named_parameters()) {
    if (item.value().dim() == 2) torch::nn::init::normal_(item.value(), 0, 0.01);
  }
}

Recipe Simclr::recipe() const {
  return simclr_recipe(parts_.image_size, jitter_, parts_.pathology);
}

TrainingPlan Simclr::plan() const {
  return {.rule = Rule::lars_classic,
          .learning_rate = 0.3,
          .weight_decay = 1e-6,
          .final_weight_decay = 1e-6,
          .warmup_epochs = 10,
          .epochs = 100};
}

std::vector<Parameter> Simclr::learned() const {
  return parameters_of(*this, "simclr");
}

torch::Tensor Simclr::loss(const std::vector<torch::Tensor>& views,
                           const StepContext& /*context*/) {
  // One pass over both views, so that batch statistics cover them together as in the official code.
  const auto z = head_(encoder_->features(torch::cat(views))).chunk(2);
  return nt_xent(z[0], z[1], temperature_, *parts_.ranks);
}

}  // namespace galen::train
