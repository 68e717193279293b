#include "train/mil/nystrom.h"

#include <cmath>

namespace galen::train {
namespace {

constexpr int64_t kResidualKernel = 33;

torch::nn::Conv2d make_residual(int64_t heads) {
  return torch::nn::Conv2d(torch::nn::Conv2dOptions(heads, heads, {kResidualKernel, 1})
                               .padding({kResidualKernel / 2, 0})
                               .groups(heads)
                               .bias(false));
}

/// heads x n x d to heads x landmarks x d, means of equal stretches.
torch::Tensor landmarks_of(const torch::Tensor& tokens, int64_t landmarks) {
  return tokens.unflatten(1, {landmarks, -1}).mean(2);
}

}  // namespace

torch::Tensor iterative_inverse(const torch::Tensor& x, int iterations) {
  const torch::Tensor size = x.abs();
  torch::Tensor z = x.transpose(-2, -1) / (size.sum(-1).max() * size.sum(-2).max());
  const torch::Tensor one = torch::eye(x.size(-1), x.options());
  for (int i = 0; i < iterations; ++i) {
    const torch::Tensor xz = x.matmul(z);
    z = 0.25 * z.matmul(13 * one - xz.matmul(15 * one - xz.matmul(7 * one - xz)));
  }
  return z;
}

NystromAttention::NystromAttention(const NystromOptions& options)
    : options_(options),
      to_qkv_(register_module(
          "to_qkv", torch::nn::Linear(torch::nn::LinearOptions(
                                          options.width, 3 * options.heads * options.head_width)
                                          .bias(false)))),
      to_out_(register_module(
          "to_out", torch::nn::Linear(options.heads * options.head_width, options.width))),
      dropout_(register_module("dropout", torch::nn::Dropout(options.dropout))),
      residual_(register_module("residual", make_residual(options.heads))) {}

NystromAttention::Result NystromAttention::forward(const torch::Tensor& tokens) {
  const int64_t count = tokens.size(0);
  const int64_t missing = (options_.landmarks - count % options_.landmarks) % options_.landmarks;
  const torch::Tensor padded = torch::constant_pad_nd(tokens, {0, 0, missing, 0});
  // 3 x heads x n x d
  const torch::Tensor qkv =
      to_qkv_(padded).unflatten(1, {3, options_.heads, options_.head_width}).permute({1, 2, 0, 3});
  const torch::Tensor q = qkv[0] / std::sqrt(static_cast<double>(options_.head_width));
  const torch::Tensor k = qkv[1];
  const torch::Tensor v = qkv[2];
  const torch::Tensor q_marks = landmarks_of(q, options_.landmarks);
  const torch::Tensor k_marks = landmarks_of(k, options_.landmarks);
  const torch::Tensor to_marks = torch::softmax(q.matmul(k_marks.transpose(1, 2)), -1);
  const torch::Tensor between = torch::softmax(q_marks.matmul(k_marks.transpose(1, 2)), -1);
  const torch::Tensor from_marks = torch::softmax(q_marks.matmul(k.transpose(1, 2)), -1);
  const torch::Tensor bridge = to_marks.matmul(iterative_inverse(between));
  torch::Tensor out = bridge.matmul(from_marks.matmul(v));
  out = out + residual_(v.unsqueeze(0)).squeeze(0);
  out = dropout_(to_out_(out.permute({1, 0, 2}).flatten(1)));
  const torch::Tensor first = bridge.detach().slice(1, missing, missing + 1);  // heads x 1 x marks
  return {out.slice(0, missing),
          first.matmul(from_marks.detach()).mean(0).squeeze(0).slice(0, missing)};
}

}  // namespace galen::train
