#include "train/probe/matrix.h"

#include <algorithm>

// Built once more for AVX2 and picked at run time. Without FMA, so that both give the same bits.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define GALEN_WIDE __attribute__((target_clones("avx2", "default")))
#else
#define GALEN_WIDE
#endif

namespace galen::train {

Matrix take_rows(const Matrix& matrix, std::span<const std::size_t> rows) {
  Matrix taken(rows.size(), matrix.columns);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::ranges::copy(matrix.row(rows[i]), taken.row(i).begin());
  }
  return taken;
}

Matrix as_row(const std::vector<double>& values) {
  Matrix row(1, values.size());
  row.values = values;
  return row;
}

GALEN_WIDE double dot(std::span<const double> a, std::span<const double> b) {
  // Sixteen sums side by side, which the compiler may keep in vector registers; one sum it may not.
  constexpr std::size_t kLanes = 16;
  double sums[kLanes] = {};
  const std::size_t whole = a.size() / kLanes * kLanes;
  for (std::size_t i = 0; i < whole; i += kLanes) {
    for (std::size_t k = 0; k < kLanes; ++k) sums[k] += a[i + k] * b[i + k];
  }
  double sum = 0;
  for (const double lane : sums) sum += lane;
  for (std::size_t i = whole; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

GALEN_WIDE void add_scaled(double scale, std::span<const double> from, std::span<double> into) {
  const std::size_t count = from.size();
  for (std::size_t i = 0; i < count; ++i) into[i] += scale * from[i];
}

}  // namespace galen::train
