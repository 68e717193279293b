#include "train/mil/transmil.h"

#include <cmath>

namespace galen::train {
namespace {

constexpr double kDropout = 0.1;

torch::nn::Conv2d depthwise(int64_t channels, int64_t kernel) {
  return torch::nn::Conv2d(
      torch::nn::Conv2dOptions(channels, channels, kernel).padding(kernel / 2).groups(channels));
}

torch::nn::LayerNorm layer_norm(int64_t width) {
  return torch::nn::LayerNorm(torch::nn::LayerNormOptions({width}));
}

std::shared_ptr<NystromAttention> make_attention(const AggregatorOptions& options) {
  return std::make_shared<NystromAttention>(NystromOptions{
      options.hidden, options.heads, options.hidden / options.heads, options.landmarks, kDropout});
}

/// The side of the smallest square that holds `count` tokens.
int64_t square_side(int64_t count) {
  auto side = static_cast<int64_t>(std::sqrt(static_cast<double>(count)));
  while (side * side < count) ++side;
  return side;
}

}  // namespace

TransMil::TransMil(const AggregatorOptions& options)
    : embedding_(register_module("embedding", torch::nn::Linear(options.features, options.hidden))),
      class_token_(register_parameter("class_token", torch::randn({1, options.hidden}))),
      norm1_(register_module("norm1", layer_norm(options.hidden))),
      attention1_(register_module("attention1", make_attention(options))),
      conv7_(register_module("conv7", depthwise(options.hidden, 7))),
      conv5_(register_module("conv5", depthwise(options.hidden, 5))),
      conv3_(register_module("conv3", depthwise(options.hidden, 3))),
      norm2_(register_module("norm2", layer_norm(options.hidden))),
      attention2_(register_module("attention2", make_attention(options))),
      norm_(register_module("norm", layer_norm(options.hidden))),
      classifier_(
          register_module("classifier", torch::nn::Linear(options.hidden, options.outputs))) {}

torch::Tensor TransMil::encode_positions(const torch::Tensor& tokens, int64_t side) {
  const torch::Tensor square = tokens.slice(0, 1).t().reshape({1, tokens.size(1), side, side});
  const torch::Tensor sum = square + conv7_(square) + conv5_(square) + conv3_(square);
  return torch::cat({tokens.slice(0, 0, 1), sum.flatten(2).squeeze(0).t()});
}

BagResult TransMil::forward(const torch::Tensor& bag, int64_t /*label*/) {
  const int64_t count = bag.size(0);
  const int64_t side = square_side(count);
  const torch::Tensor patches = torch::relu(embedding_(bag));
  // The square is never larger than twice the bag, so the first tokens suffice to fill it.
  torch::Tensor tokens =
      torch::cat({class_token_, patches, patches.slice(0, 0, side * side - count)});
  tokens = tokens + attention1_->forward(norm1_(tokens)).tokens;
  tokens = encode_positions(tokens, side);
  const NystromAttention::Result last = attention2_->forward(norm2_(tokens));
  tokens = tokens + last.tokens;
  return {classifier_(norm_(tokens[0])), last.attention.slice(0, 1, 1 + count).unsqueeze(0), {}};
}

}  // namespace galen::train
