#pragma once
// Dense matrices small enough for plain loops: some dozen columns.

#include <cstddef>
#include <vector>

namespace galen::prs {

/// rows x columns, row by row.
struct Matrix {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<double> values;

  Matrix() = default;
  Matrix(std::size_t row_count, std::size_t column_count)
      : rows(row_count), columns(column_count), values(row_count * column_count) {}
  double& operator()(std::size_t r, std::size_t c) { return values[r * columns + c]; }
  double operator()(std::size_t r, std::size_t c) const { return values[r * columns + c]; }
};

/// Eigenvalues, descending, and eigenvectors as columns of a symmetric matrix (Jacobi rotations).
struct Eigen {
  std::vector<double> values;
  Matrix vectors;
};
[[nodiscard]] Eigen eigen_of(Matrix symmetric);

/// x of a x = b for a symmetric positive definite a. Throws invalid_argument when it is not.
[[nodiscard]] std::vector<double> solve(Matrix a, std::vector<double> b);

/// Makes the columns orthonormal (Gram-Schmidt, twice); columns that vanish become 0.
void orthonormalise(Matrix& m);

/// Coefficients of the least squares of y on a constant and the columns of x, each row weighed.
[[nodiscard]] std::vector<double> least_squares(const Matrix& x, const std::vector<double>& y,
                                                const std::vector<double>& weights);

/// Constant and coefficients of log E(y) = c0 + c x with Var(y) ~ E(y)^2 (gamma regression), y >=
/// 0.
[[nodiscard]] std::vector<double> gamma_regression(const Matrix& x, const std::vector<double>& y);

/// c0 + c x of one row.
[[nodiscard]] double predicted(const std::vector<double>& coefficients, const double* row);

}  // namespace galen::prs
