#include "eval/metrics/regression.h"

#include <cmath>
#include <limits>
#include <numeric>

#include "base/raise.h"

namespace galen::eval {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

void check(std::span<const double> truth, std::span<const double> predicted) {
  if (truth.size() != predicted.size()) {
    raise(ErrorKind::invalid_argument, "{} true values, but {} predicted", truth.size(),
          predicted.size());
  }
}

double mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// Sum of (a - mean of a) * (b - mean of b).
double co_deviation(std::span<const double> a, std::span<const double> b) {
  const double centre_a = mean(a);
  const double centre_b = mean(b);
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - centre_a) * (b[i] - centre_b);
  return sum;
}

double squared_error(std::span<const double> truth, std::span<const double> predicted) {
  double sum = 0;
  for (std::size_t i = 0; i < truth.size(); ++i)
    sum += (truth[i] - predicted[i]) * (truth[i] - predicted[i]);
  return sum;
}

}  // namespace

double mean_absolute_error(std::span<const double> truth, std::span<const double> predicted) {
  check(truth, predicted);
  double sum = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) sum += std::abs(truth[i] - predicted[i]);
  return sum / static_cast<double>(truth.size());
}

double root_mean_squared_error(std::span<const double> truth, std::span<const double> predicted) {
  check(truth, predicted);
  return std::sqrt(squared_error(truth, predicted) / static_cast<double>(truth.size()));
}

double r_squared(std::span<const double> truth, std::span<const double> predicted) {
  check(truth, predicted);
  const double total = co_deviation(truth, truth);
  return total > 0 ? 1 - squared_error(truth, predicted) / total : kNaN;
}

double pearson(std::span<const double> truth, std::span<const double> predicted) {
  check(truth, predicted);
  const double spread = co_deviation(truth, truth) * co_deviation(predicted, predicted);
  return spread > 0 ? co_deviation(truth, predicted) / std::sqrt(spread) : kNaN;
}

}  // namespace galen::eval
