#pragma once

#include "train/mil/aggregator.h"

namespace galen::train {

/// The baselines: the mean or the element-wise maximum of the embedded patches, then a linear
/// layer.
class Pooling : public Aggregator {
 public:
  explicit Pooling(const AggregatorOptions& options);
  BagResult forward(const torch::Tensor& bag, int64_t label) override;

 private:
  bool is_max_;
  torch::nn::Sequential embedding_;
  torch::nn::Linear classifier_;
};

}  // namespace galen::train
