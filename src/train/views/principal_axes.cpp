#include "train/views/principal_axes.h"

#include <algorithm>
#include <cmath>

namespace galen::train {
namespace {

using Matrix = std::array<std::array<double, 3>, 3>;

Matrix covariance(const std::vector<std::array<double, 3>>& points) {
  std::array<double, 3> mean{};
  for (const auto& point : points) {
    for (std::size_t i = 0; i < 3; ++i) mean[i] += point[i];
  }
  for (double& value : mean) value /= static_cast<double>(points.size());
  Matrix sum{};
  for (const auto& point : points) {
    for (std::size_t i = 0; i < 3; ++i) {
      for (std::size_t j = 0; j < 3; ++j) sum[i][j] += (point[i] - mean[i]) * (point[j] - mean[j]);
    }
  }
  for (auto& row : sum) {
    for (double& value : row) value /= static_cast<double>(points.size() - 1);
  }
  return sum;
}

/// One Jacobi rotation that clears a[p][q]; the columns of `vectors` turn along.
void rotate(Matrix& a, Matrix& vectors, std::size_t p, std::size_t q) {
  if (a[p][q] == 0) return;
  const double theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
  const double t = std::copysign(1.0, theta) / (std::abs(theta) + std::sqrt(theta * theta + 1));
  const double c = 1 / std::sqrt(t * t + 1);
  const double s = t * c;
  for (std::size_t k = 0; k < 3; ++k) {
    const double kp = a[k][p];
    const double kq = a[k][q];
    a[k][p] = c * kp - s * kq;
    a[k][q] = s * kp + c * kq;
  }
  for (std::size_t k = 0; k < 3; ++k) {
    const double pk = a[p][k];
    const double qk = a[q][k];
    a[p][k] = c * pk - s * qk;
    a[q][k] = s * pk + c * qk;
  }
  for (auto& row : vectors) {
    const double kp = row[p];
    const double kq = row[q];
    row[p] = c * kp - s * kq;
    row[q] = s * kp + c * kq;
  }
}

}  // namespace

std::array<std::array<double, 3>, 2> principal_axes(
    const std::vector<std::array<double, 3>>& points) {
  constexpr int kSweeps = 12;  // convergence is quadratic: 3 x 3 takes about five
  Matrix a = covariance(points);
  Matrix vectors{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
  for (int sweep = 0; sweep < kSweeps; ++sweep) {
    rotate(a, vectors, 0, 1);
    rotate(a, vectors, 0, 2);
    rotate(a, vectors, 1, 2);
  }
  std::array<std::size_t, 3> order{0, 1, 2};
  std::sort(order.begin(), order.end(),
            [&](std::size_t i, std::size_t j) { return a[i][i] > a[j][j]; });
  std::array<std::array<double, 3>, 2> axes{};
  for (std::size_t k = 0; k < 2; ++k) {
    for (std::size_t i = 0; i < 3; ++i) axes[k][i] = vectors[i][order[k]];
  }
  return axes;
}

}  // namespace galen::train
