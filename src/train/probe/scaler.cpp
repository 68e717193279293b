#include "train/probe/scaler.h"

#include <cmath>
#include <limits>

namespace galen::train {

Scaler Scaler::fit(const Matrix& features) {
  const auto rows = static_cast<double>(features.rows);
  Scaler scaler;
  scaler.mean.resize(features.columns);
  for (std::size_t r = 0; r < features.rows; ++r)
    add_scaled(1 / rows, features.row(r), scaler.mean);
  std::vector<double> variance(features.columns);
  for (std::size_t r = 0; r < features.rows; ++r) {
    const auto row = features.row(r);
    for (std::size_t c = 0; c < features.columns; ++c) {
      variance[c] += (row[c] - scaler.mean[c]) * (row[c] - scaler.mean[c]) / rows;
    }
  }
  for (std::size_t c = 0; c < features.columns; ++c) {
    constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
    const double rounding = rows * scaler.mean[c] * kEpsilon;
    const bool is_constant = variance[c] <= rows * kEpsilon * variance[c] + rounding * rounding;
    scaler.scale.push_back(is_constant ? 1 : std::sqrt(variance[c]));
  }
  return scaler;
}

Matrix Scaler::apply(Matrix features) const {
  for (std::size_t r = 0; r < features.rows; ++r) {
    const auto row = features.row(r);
    for (std::size_t c = 0; c < features.columns; ++c) row[c] = (row[c] - mean[c]) / scale[c];
  }
  return features;
}

}  // namespace galen::train
