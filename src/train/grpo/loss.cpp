#include "train/grpo/loss.h"

namespace galen::train {

GrpoLoss grpo_loss(const torch::Tensor& log_probs, const torch::Tensor& sampled,
                   const torch::Tensor& reference, const std::vector<double>& advantages,
                   const std::vector<int64_t>& lengths, const GrpoLossOptions& options) {
  const torch::Tensor counts = torch::tensor(lengths, torch::kLong);
  const auto per_token = [&](const torch::Tensor& values) {
    return torch::repeat_interleave(values, counts);
  };
  const torch::Tensor advantage = per_token(torch::tensor(advantages, torch::kFloat));
  const torch::Tensor ratio = torch::exp(log_probs - sampled.detach());
  const torch::Tensor bounded = ratio.clamp(1 - options.clip, 1 + options.clip);
  torch::Tensor losses = -torch::minimum(ratio * advantage, bounded * advantage);
  GrpoLoss result;
  if (options.kl > 0) {
    const torch::Tensor d = reference.detach() - log_probs;
    const torch::Tensor divergence = torch::exp(d) - d - 1;
    losses = losses + options.kl * divergence;
    result.kl = divergence.mean().item<double>();
  }
  result.clipped = (ratio != bounded).to(torch::kFloat).mean().item<double>();
  const torch::Tensor weights =
      options.by_answer
          ? per_token(counts.to(torch::kFloat).reciprocal() / static_cast<double>(lengths.size()))
          : torch::full_like(losses, 1.0 / static_cast<double>(losses.size(0)));
  result.loss = (losses * weights).sum();
  return result;
}

}  // namespace galen::train
