#include "train/ssl/head.h"

#include <fmt/format.h>

namespace galen::train {

HeadImpl::HeadImpl(const HeadSpec& spec) : is_gelu_(spec.is_gelu) {
  const size_t last = spec.widths.size() - 1;
  for (size_t i = 1; i <= last; ++i) {
    const auto options =
        torch::nn::LinearOptions(spec.widths[i - 1], spec.widths[i]).bias(spec.has_bias);
    layers_.push_back(register_module(fmt::format("fc{}", i), torch::nn::Linear(options)));
    const bool is_normed = i < last ? spec.has_norm : spec.last != LastNorm::none;
    norms_.emplace_back(nullptr);
    if (!is_normed) continue;
    norms_.back() =
        register_module(fmt::format("bn{}", i),
                        BatchNorm(spec.widths[i], i < last || spec.last != LastNorm::plain));
    if (i == last && spec.last == LastNorm::scaled) norms_.back()->bias.set_requires_grad(false);
  }
}

torch::Tensor HeadImpl::forward(torch::Tensor x) {
  for (size_t i = 0; i < layers_.size(); ++i) {
    x = layers_[i](x);
    if (!norms_[i].is_empty()) x = norms_[i](x);
    if (i + 1 < layers_.size()) x = is_gelu_ ? at::gelu(x) : at::relu(x);
  }
  return x;
}

}  // namespace galen::train
