#include "train/nn/init.h"

#include <cmath>

#include "base/raise.h"

namespace galen::train {
namespace {

void initialise_norm(torch::nn::Module& module) {
  if (auto* norm = module.as<torch::nn::LayerNorm>()) {
    torch::nn::init::ones_(norm->weight);
    torch::nn::init::zeros_(norm->bias);
  }
}

}  // namespace

void fill_truncated_normal(const torch::Tensor& tensor, double std) {
  const torch::NoGradGuard no_grad;
  // Inverse transform sampling: erf of the bounds +-2 / std in standard deviations.
  const double edge = std::erf(2.0 / std / std::sqrt(2.0));
  tensor.uniform_(-edge, edge).erfinv_().mul_(std * std::sqrt(2.0)).clamp_(-2.0, 2.0);
}

void initialise_truncated(torch::nn::Module& module) {
  module.apply([](torch::nn::Module& part) {
    if (auto* linear = part.as<torch::nn::Linear>()) {
      fill_truncated_normal(linear->weight, 0.02);
      if (linear->bias.defined()) torch::nn::init::zeros_(linear->bias);
    }
    initialise_norm(part);
  });
}

void initialise_xavier(torch::nn::Module& module) {
  module.apply([](torch::nn::Module& part) {
    if (auto* linear = part.as<torch::nn::Linear>()) {
      torch::nn::init::xavier_uniform_(linear->weight);
      if (linear->bias.defined()) torch::nn::init::zeros_(linear->bias);
    }
    initialise_norm(part);
  });
}

torch::Tensor sin_cos_positions(int64_t rows, int64_t columns, int64_t width, SinCosFirst first) {
  if (width % 4 != 0) {
    raise(ErrorKind::invalid_argument, "sin-cos positions: width {} is no multiple of 4", width);
  }
  // In double, because MAE computes them in numpy's float64 and rounds once.
  const auto options = torch::TensorOptions().dtype(torch::kFloat64);
  const int64_t quarter = width / 4;
  const torch::Tensor omega =
      torch::pow(10000.0, -torch::arange(quarter, options) / static_cast<double>(quarter));
  const torch::Tensor y =
      torch::arange(rows, options).view({rows, 1, 1}).expand({rows, columns, 1}) * omega;
  const torch::Tensor x =
      torch::arange(columns, options).view({1, columns, 1}).expand({rows, columns, 1}) * omega;
  const auto& a = first == SinCosFirst::x ? x : y;
  const auto& b = first == SinCosFirst::x ? y : x;
  return torch::cat({a.sin(), a.cos(), b.sin(), b.cos()}, 2)
      .view({rows * columns, width})
      .to(torch::kFloat32);
}

}  // namespace galen::train
