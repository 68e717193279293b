// Every set of kernels against plain loops in double precision.

#include "model/siglip/kernels/kernels.h"

#include <cmath>
#include <cstring>
#include <gtest/gtest.h>
#include <random>
#include <vector>

namespace galen::model {
namespace {

std::vector<float> random_values(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  for (float& value : values) {
    value = normal(random);
  }
  return values;
}

void copy_floats(const void* stored, float* values, std::int64_t count) {
  std::memcpy(values, stored, static_cast<std::size_t>(count) * sizeof(float));
}

class KernelsTest : public testing::TestWithParam<const Kernels* (*)()> {
 protected:
  void SetUp() override {
    set_ = GetParam()();
    if (set_ == nullptr) {
      GTEST_SKIP() << "this CPU or build lacks the instruction set";
    }
  }
  const Kernels* set_ = nullptr;
};

struct LinearCase {
  std::int64_t rows, in, out;
  Gelu gelu;
  bool residual;
};

double activated(double x, Gelu gelu) {
  if (gelu == Gelu::tanh) {
    return 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
  }
  return gelu == Gelu::exact ? 0.5 * x * std::erfc(-x / std::sqrt(2)) : x;
}

void check_linear(const Kernels& set, const LinearCase& c) {
  const auto x = random_values(static_cast<std::size_t>(c.rows * c.in), 1);
  const auto weight = random_values(static_cast<std::size_t>(c.out * c.in), 2);
  const auto bias = random_values(static_cast<std::size_t>(c.out), 3);
  const auto residual = random_values(static_cast<std::size_t>(c.rows * c.out), 4);
  std::vector<float> y(residual.size());
  std::vector<float> scratch(set.linear_scratch());
  LinearTask task;
  task.x = x.data();
  task.rows = c.rows;
  task.in = c.in;
  task.weight = reinterpret_cast<const std::uint8_t*>(weight.data());
  task.weight_row_bytes = static_cast<std::size_t>(c.in) * sizeof(float);
  task.weight_block_bytes = sizeof(float);
  task.to_float = copy_floats;
  task.bias = bias.data();
  task.residual = c.residual ? residual.data() : nullptr;
  task.gelu = c.gelu;
  task.y = y.data();
  task.out = c.out;
  task.column_end = c.out;
  set.linear(task, scratch.data());
  const double tolerance = 2e-6 * std::sqrt(static_cast<double>(c.in)) * 4;
  for (std::int64_t i = 0; i < c.rows * c.out; ++i) {
    const std::int64_t row = i / c.out;
    const std::int64_t column = i % c.out;
    double sum = bias[static_cast<std::size_t>(column)];
    for (std::int64_t k = 0; k < c.in; ++k) {
      sum += double{x[static_cast<std::size_t>(row * c.in + k)]} *
             weight[static_cast<std::size_t>(column * c.in + k)];
    }
    sum = activated(sum, c.gelu);
    sum += c.residual ? residual[static_cast<std::size_t>(i)] : 0;
    ASSERT_NEAR(y[static_cast<std::size_t>(i)], sum, tolerance)
        << "row " << row << " column " << column;
  }
}

TEST_P(KernelsTest, LinearOfAnyShape) {
  for (const LinearCase& c :
       {LinearCase{1, 1, 1, Gelu::none, false}, LinearCase{13, 37, 5, Gelu::tanh, false},
        LinearCase{5, 385, 33, Gelu::none, true}, LinearCase{25, 800, 417, Gelu::tanh, true},
        LinearCase{12, 384, 64, Gelu::exact, false}}) {
    SCOPED_TRACE(testing::Message() << c.rows << " x " << c.in << " -> " << c.out);
    check_linear(*set_, c);
  }
}

TEST_P(KernelsTest, GeluHoldsFarFromZero) {
  const float ends[] = {-100, -12, -5, -1, 0, 1, 5, 12, 100};
  const float one = 1;
  std::vector<float> scratch(set_->linear_scratch());
  for (const Gelu gelu : {Gelu::tanh, Gelu::exact}) {
    for (const float x : ends) {
      float y = 0;
      LinearTask task;
      task.x = &x;
      task.rows = task.in = task.out = task.column_end = 1;
      task.weight = reinterpret_cast<const std::uint8_t*>(&one);
      task.weight_row_bytes = task.weight_block_bytes = sizeof(float);
      task.to_float = copy_floats;
      task.gelu = gelu;
      task.y = &y;
      set_->linear(task, scratch.data());
      EXPECT_NEAR(y, activated(x, gelu), 2e-6 * std::max(1.0F, std::abs(x))) << x;
    }
  }
}

void check_attention(const Kernels& set, std::int64_t queries, std::int64_t keys,
                     std::int64_t head_dim, float size) {
  const std::int64_t stride = head_dim + 3;
  auto q = random_values(static_cast<std::size_t>(queries * stride), 1);
  const auto k = random_values(static_cast<std::size_t>(keys * stride), 2);
  const auto v = random_values(static_cast<std::size_t>(keys * stride), 3);
  for (float& value : q) {
    value *= size;
  }
  std::vector<float> y(q.size());
  const AttentionTask task{q.data(), k.data(), v.data(), y.data(), queries,
                           keys,     head_dim, stride,   0.3F};
  std::vector<float> scratch(set.attention_scratch(task));
  set.attention(task, scratch.data());
  std::vector<double> weights(static_cast<std::size_t>(keys));
  for (std::int64_t i = 0; i < queries; ++i) {
    double largest = -1e300;
    for (std::int64_t j = 0; j < keys; ++j) {
      double score = 0;
      for (std::int64_t d = 0; d < head_dim; ++d) {
        score += double{q[static_cast<std::size_t>(i * stride + d)]} *
                 k[static_cast<std::size_t>(j * stride + d)];
      }
      weights[static_cast<std::size_t>(j)] = score * 0.3F;
      largest = std::max(largest, weights[static_cast<std::size_t>(j)]);
    }
    double total = 0;
    for (double& weight : weights) {
      weight = std::exp(weight - largest);
      total += weight;
    }
    for (std::int64_t d = 0; d < head_dim; ++d) {
      double sum = 0;
      for (std::int64_t j = 0; j < keys; ++j) {
        sum += weights[static_cast<std::size_t>(j)] / total *
               v[static_cast<std::size_t>(j * stride + d)];
      }
      ASSERT_NEAR(y[static_cast<std::size_t>(i * stride + d)], sum, 2e-5 * size) << i << " " << d;
    }
  }
}

TEST_P(KernelsTest, AttentionOfAnyShape) {
  check_attention(*set_, 1, 1, 1, 1);
  check_attention(*set_, 1, 400, 72, 1);
  check_attention(*set_, 70, 13, 64, 1);
  check_attention(*set_, 33, 193, 12, 1);
}

TEST_P(KernelsTest, AttentionWithScoresOfHundreds) {
  check_attention(*set_, 40, 500, 32, 40);
}

TEST_P(KernelsTest, LayerNormOfAnyWidth) {
  for (const std::size_t width : {1U, 7U, 16U, 40U, 1152U}) {
    const auto x = random_values(3 * width, 1);
    const auto weight = random_values(width, 2);
    const auto bias = random_values(width, 3);
    std::vector<float> y(x.size());
    set_->layer_norm({x.data(), weight.data(), bias.data(), y.data(), 3,
                      static_cast<std::int64_t>(width), 1e-6F});
    for (std::size_t row = 0; row < 3; ++row) {
      double mean = 0;
      double variance = 0;
      for (std::size_t i = 0; i < width; ++i) {
        mean += x[row * width + i] / static_cast<double>(width);
      }
      for (std::size_t i = 0; i < width; ++i) {
        variance += std::pow(x[row * width + i] - mean, 2) / static_cast<double>(width);
      }
      for (std::size_t i = 0; i < width; ++i) {
        const double expected =
            (x[row * width + i] - mean) / std::sqrt(variance + 1e-6) * weight[i] + bias[i];
        ASSERT_NEAR(y[row * width + i], expected, 1e-5) << width << " " << i;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Baseline, KernelsTest, testing::Values(baseline_kernels));
INSTANTIATE_TEST_SUITE_P(Avx2, KernelsTest, testing::Values(avx2_kernels));
INSTANTIATE_TEST_SUITE_P(Avx512, KernelsTest, testing::Values(avx512_kernels));

}  // namespace
}  // namespace galen::model
