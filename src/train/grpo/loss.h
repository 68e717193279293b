#pragma once

#include <torch/torch.h>
#include <vector>

namespace galen::train {

struct GrpoLossOptions {
  double clip = 0.2;      ///< the ratio counts within 1 - clip and 1 + clip
  double kl = 0.04;       ///< weight of the divergence from the reference
  bool by_answer = true;  ///< mean over each answer, then over answers; else over all tokens
};

struct GrpoLoss {
  torch::Tensor loss;  ///< differentiable
  double kl = 0;       ///< mean over tokens
  double clipped = 0;  ///< part of the tokens whose ratio was cut
};

/// The loss of group-relative policy optimisation (DeepSeekMath, arXiv 2402.03300, equations 3 and
/// 4), as TRL's GRPOTrainer computes it: per token -min(r A, clip(r) A) + kl (exp(d) - d - 1) with
/// r = exp(log_probs - sampled) and d = reference - log_probs.
/// @param log_probs [tokens] under the policy, of answers laid end to end
/// @param sampled [tokens] under the policy that drew the answers, no gradient
/// @param reference [tokens] under the reference; undefined when kl is 0
/// @param advantages of each answer
/// @param lengths tokens of each answer, none 0
[[nodiscard]] GrpoLoss grpo_loss(const torch::Tensor& log_probs, const torch::Tensor& sampled,
                                 const torch::Tensor& reference,
                                 const std::vector<double>& advantages,
                                 const std::vector<int64_t>& lengths,
                                 const GrpoLossOptions& options);

}  // namespace galen::train
