#pragma once

#include <memory>
#include <torch/torch.h>

#include "train/run/distributed.h"

namespace galen::train {

/// Batch normalisation of [B, C] or [B, C, H, W] whose statistics are those of the whole batch:
/// over the images of every process once synchronise() was called. Parameter names as torch's.
class BatchNormImpl : public torch::nn::Module {
 public:
  explicit BatchNormImpl(int64_t channels, bool affine = true);
  torch::Tensor forward(const torch::Tensor& input);

  torch::Tensor weight, bias;  ///< undefined without affine
  torch::Tensor running_mean, running_var, num_batches_tracked;

 private:
  friend void synchronise(torch::nn::Module& module, std::shared_ptr<const Distributed> ranks);
  [[nodiscard]] torch::Tensor forward_over_ranks(const torch::Tensor& input);

  std::shared_ptr<const Distributed> ranks_;
};
TORCH_MODULE(BatchNorm);

/// Makes every BatchNorm of `module` and below take its statistics over all processes.
void synchronise(torch::nn::Module& module, std::shared_ptr<const Distributed> ranks);

}  // namespace galen::train
