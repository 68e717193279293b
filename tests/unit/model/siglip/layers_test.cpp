// The layers of ggml's own operations, which GPUs run, against those of our CPU kernels.

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <random>
#include <vector>

#include "model/siglip/graph.h"

namespace galen::model {
namespace {

constexpr EncoderShape kShape{.hidden = 64, .layers = 1, .heads = 2, .mlp = 96, .epsilon = 1e-6F};
constexpr std::int64_t kTokens = 37;
constexpr std::int64_t kImages = 2;

std::vector<float> random_values(std::size_t count, unsigned seed, float deviation = 1) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, deviation);
  std::vector<float> values(count);
  std::generate(values.begin(), values.end(), [&] { return normal(random); });
  return values;
}

/// Every kind of layer once: norm, linear with GELU, linear with a residual, attention.
std::vector<float> run_layers(bool own_kernels) {
  Device device({.threads = 2, .device = "CPU"});
  Graph graph(device, kShape);
  const auto ggml_layers = make_ggml_layers(graph.context());
  Layers& layers = own_kernels ? graph.layers() : *ggml_layers;
  const auto x_values = random_values(64 * kTokens * kImages, 1);
  const auto up_values = random_values(std::size_t{64} * 96, 2, 0.1F);
  const auto down_values = random_values(std::size_t{96} * 64, 3, 0.1F);
  const auto vector_values = random_values(96, 4);
  ggml_tensor* x = graph.input({64, kTokens, kImages, 1}, x_values.data());
  ggml_tensor* up = graph.input({64, 96, 1, 1}, up_values.data());
  ggml_tensor* down = graph.input({96, 64, 1, 1}, down_values.data());
  ggml_tensor* wide = graph.input({96, 1, 1, 1}, vector_values.data());
  ggml_tensor* narrow = graph.input({64, 1, 1, 1}, vector_values.data());
  ggml_tensor* normed = layers.norm(x, {narrow, narrow}, kShape.epsilon);
  ggml_tensor* hidden = layers.linear(normed, {up, wide}, {.gelu = Gelu::tanh});
  ggml_tensor* y = layers.linear(hidden, {down, nullptr}, {.residual = x});
  return graph.run(layers.attention(normed, y, y, kShape.heads), "layers");
}

TEST(Layers, GgmlOperationsAgreeWithTheKernels) {
  const std::vector<float> kernels = run_layers(true);
  const std::vector<float> operations = run_layers(false);
  ASSERT_EQ(kernels.size(), static_cast<std::size_t>(64 * kTokens * kImages));
  ASSERT_EQ(operations.size(), kernels.size());
  const float largest = std::abs(*std::max_element(
      kernels.begin(), kernels.end(), [](float a, float b) { return std::abs(a) < std::abs(b); }));
  for (std::size_t i = 0; i < kernels.size(); ++i) {
    // ggml's GELU and the keys and values of its flash attention are float16.
    ASSERT_NEAR(operations[i], kernels[i], 5e-3F * largest) << i;
  }
}

}  // namespace
}  // namespace galen::model
