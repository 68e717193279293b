#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <span>

namespace galen::tasks {

/// The sum of products, in eight sums side by side, which the compiler turns into vectors.
inline float inner_product(const float* a, const float* b, std::size_t count) {
  std::array<float, 8> sums{};
  std::size_t i = 0;
  for (; i + sums.size() <= count; i += sums.size()) {
    for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += a[i + k] * b[i + k];
  }
  float sum = 0;
  for (; i < count; ++i) sum += a[i] * b[i];
  for (const float part : sums) sum += part;
  return sum;
}

/// Of a row of any length with a query of length 1; 0 for a row of zeros.
inline float cosine(std::span<const float> row, std::span<const float> query) {
  const float size = std::sqrt(inner_product(row.data(), row.data(), row.size()));
  return size > 0 ? inner_product(row.data(), query.data(), row.size()) / size : 0;
}

}  // namespace galen::tasks
