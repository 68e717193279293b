#include "train/mil/abmil.h"

namespace galen::train {

Abmil::Abmil(const AggregatorOptions& options)
    : embedding_(register_module(
          "embedding", make_patch_embedding(options.features, options.hidden, options.dropout))),
      attention_(register_module(
          "attention", std::make_shared<PatchAttention>(options.hidden, options.attention, 1,
                                                        options.kind == AggregatorKind::abmil,
                                                        options.dropout))),
      classifier_(
          register_module("classifier", torch::nn::Linear(options.hidden, options.outputs))) {}

BagResult Abmil::forward(const torch::Tensor& bag, int64_t /*label*/) {
  const torch::Tensor patches = embedding_->forward(bag);
  const torch::Tensor weights = torch::softmax(attention_->forward(patches), 1);
  return {classifier_(weights.mm(patches).squeeze(0)), weights.detach(), {}};
}

}  // namespace galen::train
