#include "train/mil/pooling.h"

#include "train/mil/attention.h"

namespace galen::train {

Pooling::Pooling(const AggregatorOptions& options)
    : is_max_(options.kind == AggregatorKind::max),
      embedding_(register_module(
          "embedding", make_patch_embedding(options.features, options.hidden, options.dropout))),
      classifier_(
          register_module("classifier", torch::nn::Linear(options.hidden, options.outputs))) {}

BagResult Pooling::forward(const torch::Tensor& bag, int64_t /*label*/) {
  const torch::Tensor patches = embedding_->forward(bag);
  return {classifier_(is_max_ ? std::get<0>(patches.max(0)) : patches.mean(0)), {}, {}};
}

}  // namespace galen::train
