#include "tasks/prs/ancestry/small_matrix.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/raise.h"

namespace galen::prs {
namespace {

/// Turns rows and columns p and q of a symmetric matrix so that its entry (p, q) vanishes.
void rotate(Matrix& a, Matrix& vectors, std::size_t p, std::size_t q) {
  if (a(p, q) == 0) return;
  const double theta = (a(q, q) - a(p, p)) / (2 * a(p, q));
  const double t = std::copysign(1, theta) / (std::abs(theta) + std::sqrt(theta * theta + 1));
  const double c = 1 / std::sqrt(t * t + 1);
  const double s = t * c;
  const auto turn = [&](double& x, double& y) {
    const double old = x;
    x = c * old - s * y;
    y = s * old + c * y;
  };
  for (std::size_t k = 0; k < a.rows; ++k) turn(a(k, p), a(k, q));
  for (std::size_t k = 0; k < a.rows; ++k) turn(a(p, k), a(q, k));
  for (std::size_t k = 0; k < a.rows; ++k) turn(vectors(k, p), vectors(k, q));
}

}  // namespace

Eigen eigen_of(Matrix a) {
  const std::size_t n = a.rows;
  Matrix vectors(n, n);
  for (std::size_t i = 0; i < n; ++i) vectors(i, i) = 1;
  constexpr int kSweeps = 60;
  constexpr double kSmall = 1e-24;
  for (int sweep = 0; sweep < kSweeps; ++sweep) {
    double off = 0;
    double diagonal = 0;
    for (std::size_t p = 0; p < n; ++p) {
      diagonal += a(p, p) * a(p, p);
      for (std::size_t q = p + 1; q < n; ++q) off += a(p, q) * a(p, q);
    }
    if (off <= kSmall * diagonal) break;
    for (std::size_t p = 0; p < n; ++p) {
      for (std::size_t q = p + 1; q < n; ++q) rotate(a, vectors, p, q);
    }
  }
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(),
            [&](std::size_t x, std::size_t y) { return a(x, x) > a(y, y); });
  Eigen eigen{.values = {}, .vectors = Matrix(n, n)};
  for (std::size_t i = 0; i < n; ++i) {
    eigen.values.push_back(a(order[i], order[i]));
    for (std::size_t k = 0; k < n; ++k) eigen.vectors(k, i) = vectors(k, order[i]);
  }
  return eigen;
}

std::vector<double> solve(Matrix a, std::vector<double> b) {
  const std::size_t n = a.rows;
  for (std::size_t j = 0; j < n; ++j) {  // Cholesky, the factor in the lower half
    for (std::size_t k = 0; k < j; ++k) a(j, j) -= a(j, k) * a(j, k);
    if (!(a(j, j) > 0)) {
      raise(ErrorKind::invalid_argument, "the components do not vary independently");
    }
    a(j, j) = std::sqrt(a(j, j));
    for (std::size_t i = j + 1; i < n; ++i) {
      for (std::size_t k = 0; k < j; ++k) a(i, j) -= a(i, k) * a(j, k);
      a(i, j) /= a(j, j);
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < i; ++k) b[i] -= a(i, k) * b[k];
    b[i] /= a(i, i);
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t k = i + 1; k < n; ++k) b[i] -= a(k, i) * b[k];
    b[i] /= a(i, i);
  }
  return b;
}

void orthonormalise(Matrix& m) {
  const auto dot = [&](std::size_t a, std::size_t b) {
    double sum = 0;
    for (std::size_t r = 0; r < m.rows; ++r) sum += m(r, a) * m(r, b);
    return sum;
  };
  constexpr double kVanished = 1e-12;
  for (std::size_t c = 0; c < m.columns; ++c) {
    const double before = std::sqrt(dot(c, c));
    for (int round = 0; round < 2; ++round) {
      for (std::size_t k = 0; k < c; ++k) {
        const double share = dot(c, k);
        for (std::size_t r = 0; r < m.rows; ++r) m(r, c) -= share * m(r, k);
      }
    }
    const double length = std::sqrt(dot(c, c));
    const double scale = length > kVanished * before ? 1 / length : 0;
    for (std::size_t r = 0; r < m.rows; ++r) m(r, c) *= scale;
  }
}

std::vector<double> least_squares(const Matrix& x, const std::vector<double>& y,
                                  const std::vector<double>& weights) {
  const std::size_t n = x.columns + 1;
  Matrix a(n, n);
  std::vector<double> b(n);
  std::vector<double> row(n, 1);
  for (std::size_t r = 0; r < x.rows; ++r) {
    for (std::size_t c = 0; c < x.columns; ++c) row[c + 1] = x(r, c);
    for (std::size_t i = 0; i < n; ++i) {
      b[i] += weights[r] * row[i] * y[r];
      for (std::size_t j = 0; j < n; ++j) a(i, j) += weights[r] * row[i] * row[j];
    }
  }
  return solve(std::move(a), std::move(b));
}

std::vector<double> gamma_regression(const Matrix& x, const std::vector<double>& y) {
  // Iterated least squares: with a logarithmic link the weights are 1 and the working response is
  // eta + (y - mu) / mu.
  const double mean = std::accumulate(y.begin(), y.end(), 0.0) / static_cast<double>(y.size());
  std::vector<double> coefficients(x.columns + 1, 0);
  coefficients[0] = std::log(mean);
  const std::vector<double> ones(y.size(), 1);
  std::vector<double> working(y.size());
  constexpr int kRounds = 100;
  constexpr double kClose = 1e-10;
  for (int round = 0; round < kRounds; ++round) {
    for (std::size_t r = 0; r < y.size(); ++r) {
      const double eta = predicted(coefficients, &x.values[r * x.columns]);
      working[r] = eta + y[r] / std::exp(eta) - 1;
    }
    const std::vector<double> next = least_squares(x, working, ones);
    double change = 0;
    for (std::size_t i = 0; i < next.size(); ++i) {
      change = std::max(change, std::abs(next[i] - coefficients[i]));
    }
    coefficients = next;
    if (change < kClose) break;
  }
  return coefficients;
}

double predicted(const std::vector<double>& coefficients, const double* row) {
  return std::inner_product(coefficients.begin() + 1, coefficients.end(), row, coefficients[0]);
}

}  // namespace galen::prs
