#include "tasks/slide_level/linear.h"

#include <algorithm>

#include "base/raise.h"

namespace galen::tasks {

void Linear::apply(const float* x, float* y, std::size_t rows) const {
  for (std::size_t r = 0; r < rows; ++r) std::copy(bias.begin(), bias.end(), y + r * out);
  for (std::size_t i = 0; i < in; ++i) {
    const float* across = weight.data() + i * out;
    for (std::size_t r = 0; r < rows; ++r) {
      const float value = x[r * in + i];
      float* row = y + r * out;
      for (std::size_t o = 0; o < out; ++o) row[o] += value * across[o];
    }
  }
}

Linear read_linear(const store::Safetensors& file, const std::string& name) {
  const store::Tensor& weight = file.tensor(name + ".weight");
  if (weight.shape.size() != 2) {
    raise(ErrorKind::malformed, "{}: '{}.weight' has {} dimensions, 2 are wanted", file.name(),
          name, weight.shape.size());
  }
  Linear linear{weight.shape[1], weight.shape[0], {}, std::vector<float>(weight.shape[0], 0.0F)};
  if (const store::Tensor* bias = file.find(name + ".bias")) linear.bias = file.floats(*bias);
  if (linear.bias.size() != linear.out) {
    raise(ErrorKind::malformed, "{}: '{}' has {} rows and {} biases", file.name(), name, linear.out,
          linear.bias.size());
  }
  const std::vector<float> rows = file.floats(weight);
  linear.weight.resize(rows.size());
  for (std::size_t o = 0; o < linear.out; ++o) {
    for (std::size_t i = 0; i < linear.in; ++i)
      linear.weight[i * linear.out + o] = rows[o * linear.in + i];
  }
  return linear;
}

}  // namespace galen::tasks
