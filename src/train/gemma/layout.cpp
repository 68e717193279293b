#include "train/gemma/layout.h"

#include <limits>

namespace galen::train {
namespace {

PackLayout::Rotation rotate(const torch::Tensor& positions, int64_t head_dim, double base,
                            double factor) {
  const auto options = torch::TensorOptions().dtype(torch::kFloat);
  const torch::Tensor exponents =
      torch::arange(0, head_dim, 2, options) / static_cast<double>(head_dim);
  const torch::Tensor frequencies = torch::pow(base, exponents).reciprocal() / factor;
  const torch::Tensor angles = torch::outer(positions, frequencies).repeat({1, 2}).unsqueeze(1);
  return {angles.cos(), angles.sin()};
}

torch::Tensor additive(const torch::Tensor& visible) {
  return torch::zeros(visible.sizes())
      .masked_fill_(visible.logical_not(), -std::numeric_limits<float>::infinity());
}

/// Which tokens a full layer lets each token see: bool [length, length].
torch::Tensor visible_in(int64_t begin, int64_t length, const std::vector<ImageRows>& images) {
  torch::Tensor visible = torch::ones({length, length}, torch::kBool).tril_();
  for (const ImageRows& image : images) {
    if (image.begin < begin || image.begin >= begin + length) continue;
    const torch::indexing::Slice rows(image.begin - begin, image.begin - begin + image.length);
    visible.index_put_({rows, rows}, true);
  }
  return visible;
}

}  // namespace

PackLayout::PackLayout(const model::GemmaConfig& config, const std::vector<int64_t>& lengths,
                       const std::vector<ImageRows>& images) {
  std::vector<torch::Tensor> positions;
  int64_t begin = 0;
  for (const int64_t length : lengths) {
    Example example{begin, length, {}, {}};
    const bool past_window = length > config.sliding_window;
    if (!images.empty() || past_window) {
      const torch::Tensor visible = visible_in(begin, length, images);
      example.full = additive(visible);
      // Key k is inside the window of query q when q - k < window, in both directions of an image.
      example.sliding =
          past_window ? additive(visible.triu(1 - config.sliding_window)) : example.full;
    }
    examples_.push_back(example);
    positions.push_back(torch::arange(length, torch::kFloat));
    begin += length;
  }
  const torch::Tensor all = torch::cat(positions);
  rotations_[0] = rotate(all, config.head_dim, config.rope_base, config.rope_factor);
  rotations_[1] = rotate(all, config.head_dim, config.rope_base_sliding, 1);
}

}  // namespace galen::train
