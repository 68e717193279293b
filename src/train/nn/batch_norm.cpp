#include "train/nn/batch_norm.h"

namespace galen::train {
namespace {

constexpr double kMomentum = 0.1;
constexpr double kEpsilon = 1e-5;

}  // namespace

BatchNormImpl::BatchNormImpl(int64_t channels, bool affine) {
  if (affine) {
    weight = register_parameter("weight", torch::ones({channels}));
    bias = register_parameter("bias", torch::zeros({channels}));
  }
  running_mean = register_buffer("running_mean", torch::zeros({channels}));
  running_var = register_buffer("running_var", torch::ones({channels}));
  num_batches_tracked = register_buffer("num_batches_tracked", torch::tensor(int64_t{0}));
}

torch::Tensor BatchNormImpl::forward(const torch::Tensor& input) {
  if (is_training()) num_batches_tracked.add_(1);
  if (is_training() && ranks_ != nullptr && ranks_->world_size() > 1) {
    return forward_over_ranks(input);
  }
  return at::batch_norm(input, weight, bias, running_mean, running_var, is_training(), kMomentum,
                        kEpsilon, false);
}

torch::Tensor BatchNormImpl::forward_over_ranks(const torch::Tensor& input) {
  std::vector<int64_t> others{0};
  for (int64_t d = 2; d < input.dim(); ++d) others.push_back(d);
  std::vector<int64_t> shape(static_cast<size_t>(input.dim()), 1);
  shape[1] = input.size(1);
  const int64_t own_count = input.numel() / input.size(1);
  const double count = static_cast<double>(own_count) * static_cast<double>(ranks_->world_size());
  // Two passes: the variance from sums of squares would lose the digits that the ranks agree in.
  const torch::Tensor mean = ranks_->sum_with_gradient(input.sum(others)) / count;
  const torch::Tensor centered = input - mean.view(shape);
  const torch::Tensor variance = ranks_->sum_with_gradient(centered.square().sum(others)) / count;
  {
    const torch::NoGradGuard no_grad;
    running_mean.lerp_(mean.detach(), kMomentum);
    running_var.lerp_(variance.detach() * (count / (count - 1)), kMomentum);
  }
  const torch::Tensor normal = centered * (variance + kEpsilon).rsqrt().view(shape);
  return weight.defined() ? normal * weight.view(shape) + bias.view(shape) : normal;
}

void synchronise(torch::nn::Module& module, std::shared_ptr<const Distributed> ranks) {
  module.apply([&ranks](torch::nn::Module& part) {
    if (auto* norm = dynamic_cast<BatchNormImpl*>(&part)) norm->ranks_ = ranks;
  });
}

}  // namespace galen::train
