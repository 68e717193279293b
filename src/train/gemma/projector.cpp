#include "train/gemma/projector.h"

#include <cmath>
#include <utility>

#include "base/raise.h"

namespace galen::train {
namespace {

int64_t side_of(int64_t count) {
  return std::lround(std::sqrt(static_cast<double>(count)));
}

}  // namespace

torch::Tensor pooled_patches(const torch::Tensor& features, int64_t tokens) {
  const int64_t patches = side_of(features.size(1));
  const int64_t side = side_of(tokens);
  if (patches * patches != features.size(1) || side * side != tokens || patches % side != 0) {
    raise(
        ErrorKind::invalid_argument,
        "{} patches do not make {} tokens per image; choose a square number whose side divides {}",
        features.size(1), tokens, patches);
  }
  const int64_t pool = patches / side;
  const torch::Tensor squares =
      features.view({features.size(0), side, pool, side, pool, features.size(2)});
  return squares.mean({2, 4}).view({features.size(0), tokens, features.size(2)});
}

ProjectorImpl::ProjectorImpl(int64_t hidden, int64_t width, double epsilon, double token_size)
    : ProjectorImpl(
          torch::zeros({hidden}),
          torch::randn({hidden, width}) * (token_size / std::sqrt(static_cast<double>(hidden))),
          epsilon) {}

ProjectorImpl::ProjectorImpl(torch::Tensor norm, torch::Tensor matrix, double epsilon)
    : matrix_(register_parameter("mm_input_projection_weight", std::move(matrix))),
      epsilon_(epsilon) {
  const auto holder = register_module("mm_soft_emb_norm", std::make_shared<torch::nn::Module>());
  norm_ = holder->register_parameter("weight", std::move(norm));
}

torch::Tensor ProjectorImpl::forward(const torch::Tensor& pooled) {
  const torch::Tensor size = torch::rsqrt(pooled.square().mean(-1, true) + epsilon_);
  return torch::matmul(pooled * size * (norm_ + 1), matrix_);
}

torch::Tensor with_images(const torch::Tensor& x, const torch::Tensor& soft_tokens,
                          const std::vector<ImageRows>& images) {
  std::vector<torch::Tensor> rows;
  for (const ImageRows& image : images)
    rows.push_back(torch::arange(image.begin, image.begin + image.length, torch::kLong));
  if (rows.empty()) return x;
  return x.index_copy(0, torch::cat(rows), soft_tokens.flatten(0, 1));
}

}  // namespace galen::train
