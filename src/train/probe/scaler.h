#pragma once

#include <vector>

#include "train/probe/matrix.h"

namespace galen::train {

/// Mean 0 and variance 1 for each column, as scikit-learn's StandardScaler: population variance,
/// and columns that are constant up to rounding are only centred.
struct Scaler {
  std::vector<double> mean;
  std::vector<double> scale;

  [[nodiscard]] static Scaler fit(const Matrix& features);
  [[nodiscard]] Matrix apply(Matrix features) const;
};

}  // namespace galen::train
