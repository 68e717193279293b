#include "train/mil/attention.h"

namespace galen::train {

PatchAttention::PatchAttention(int64_t features, int64_t width, int64_t maps, bool gated,
                               double dropout)
    : v_(register_module("v", torch::nn::Linear(features, width))),
      w_(register_module("w", torch::nn::Linear(width, maps))),
      dropout_(register_module("dropout", torch::nn::Dropout(dropout))) {
  if (gated) u_ = register_module("u", torch::nn::Linear(features, width));
}

torch::Tensor PatchAttention::forward(const torch::Tensor& patches) {
  torch::Tensor inner = dropout_(torch::tanh(v_(patches)));
  if (!u_.is_empty()) inner = inner * dropout_(torch::sigmoid(u_(patches)));
  return w_(inner).t();
}

torch::nn::Sequential make_patch_embedding(int64_t features, int64_t hidden, double dropout) {
  return torch::nn::Sequential(torch::nn::Linear(features, hidden), torch::nn::ReLU(),
                               torch::nn::Dropout(dropout));
}

}  // namespace galen::train
