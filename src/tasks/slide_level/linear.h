#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "io/store/safetensors.h"

namespace galen::tasks {

/// y = W x + b of a trained head.
struct Linear {
  std::size_t in = 0;
  std::size_t out = 0;
  std::vector<float> weight;  ///< in x out, so that the inner loop runs along the outputs
  std::vector<float> bias;    ///< out

  /// `rows` rows of `in` values to rows of `out` values. The weights are read once for all rows.
  void apply(const float* x, float* y, std::size_t rows = 1) const;
};

/// `name`.weight and `name`.bias; a missing bias is 0. Throws malformed.
[[nodiscard]] Linear read_linear(const store::Safetensors& file, const std::string& name);

}  // namespace galen::tasks
