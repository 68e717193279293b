#pragma once

#include "train/mil/aggregator.h"
#include "train/mil/attention.h"

namespace galen::train {

/// Attention-based pooling (Ilse et al. 2018), gated or plain: the mean of the embedded patches
/// weighted by the softmax of their attention, then a linear layer.
class Abmil : public Aggregator {
 public:
  explicit Abmil(const AggregatorOptions& options);
  BagResult forward(const torch::Tensor& bag, int64_t label) override;

 private:
  torch::nn::Sequential embedding_;
  std::shared_ptr<PatchAttention> attention_;
  torch::nn::Linear classifier_;
};

}  // namespace galen::train
