#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace galen::train {

/// Rows of doubles, one after the other.
struct Matrix {
  Matrix() = default;
  Matrix(std::size_t row_count, std::size_t column_count)
      : rows(row_count), columns(column_count), values(row_count * column_count) {}

  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<double> values;

  [[nodiscard]] std::span<double> row(std::size_t r) {
    return std::span(values).subspan(r * columns, columns);
  }
  [[nodiscard]] std::span<const double> row(std::size_t r) const {
    return std::span(values).subspan(r * columns, columns);
  }
};

/// The named rows of `matrix`, in that order.
[[nodiscard]] Matrix take_rows(const Matrix& matrix, std::span<const std::size_t> rows);

/// A matrix of one row.
[[nodiscard]] Matrix as_row(const std::vector<double>& values);

/// The named elements of `values`, in that order.
template <typename T>
[[nodiscard]] std::vector<T> take(const std::vector<T>& values, std::span<const std::size_t> rows) {
  std::vector<T> taken;
  taken.reserve(rows.size());
  for (const std::size_t row : rows) taken.push_back(values[row]);
  return taken;
}

/// Sum of a[i] * b[i]; spans of one length.
[[nodiscard]] double dot(std::span<const double> a, std::span<const double> b);
/// into += scale * from.
void add_scaled(double scale, std::span<const double> from, std::span<double> into);

}  // namespace galen::train
