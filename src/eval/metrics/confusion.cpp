#include "eval/metrics/confusion.h"

#include <limits>
#include <numeric>

#include "base/raise.h"

namespace galen::eval {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

double total(const ConfusionMatrix& matrix) {
  return static_cast<double>(
      std::accumulate(matrix.counts.begin(), matrix.counts.end(), std::int64_t{0}));
}

}  // namespace

std::int64_t ConfusionMatrix::at(int truth, int called) const {
  return counts[static_cast<std::size_t>(truth) * static_cast<std::size_t>(classes) +
                static_cast<std::size_t>(called)];
}

std::int64_t ConfusionMatrix::truly(int truth) const {
  std::int64_t sum = 0;
  for (int k = 0; k < classes; ++k) sum += at(truth, k);
  return sum;
}

std::int64_t ConfusionMatrix::called(int called) const {
  std::int64_t sum = 0;
  for (int k = 0; k < classes; ++k) sum += at(k, called);
  return sum;
}

ConfusionMatrix confusion_matrix(std::span<const int> labels, std::span<const int> called,
                                 int classes) {
  if (labels.size() != called.size()) {
    raise(ErrorKind::invalid_argument, "{} labels, but {} decisions", labels.size(), called.size());
  }
  const auto side = static_cast<std::size_t>(classes);
  ConfusionMatrix matrix{classes, std::vector<std::int64_t>(side * side)};
  for (std::size_t i = 0; i < labels.size(); ++i) {
    for (const int label : {labels[i], called[i]}) {
      if (label < 0 || label >= classes)
        raise(ErrorKind::invalid_argument, "class {}: not from 0 to {}", label, classes - 1);
    }
    matrix
        .counts[static_cast<std::size_t>(labels[i]) * side + static_cast<std::size_t>(called[i])] +=
        1;
  }
  return matrix;
}

double accuracy(const ConfusionMatrix& matrix) {
  std::int64_t right = 0;
  for (int k = 0; k < matrix.classes; ++k) right += matrix.at(k, k);
  return static_cast<double>(right) / total(matrix);
}

double balanced_accuracy(const ConfusionMatrix& matrix) {
  double sum = 0;
  int present = 0;
  for (int k = 0; k < matrix.classes; ++k) {
    const std::int64_t count = matrix.truly(k);
    if (count == 0) continue;
    sum += static_cast<double>(matrix.at(k, k)) / static_cast<double>(count);
    ++present;
  }
  return present == 0 ? kNaN : sum / present;
}

double f1(const ConfusionMatrix& matrix, int positive) {
  if (total(matrix) == 0) return kNaN;
  const std::int64_t both = matrix.truly(positive) + matrix.called(positive);
  if (both == 0) return 0;
  return 2.0 * static_cast<double>(matrix.at(positive, positive)) / static_cast<double>(both);
}

double f1(const ConfusionMatrix& matrix, Average average) {
  double sum = 0;
  double weights = 0;
  for (int k = 0; k < matrix.classes; ++k) {
    const std::int64_t count = matrix.truly(k);
    if (count + matrix.called(k) == 0) continue;
    const double weight = average == Average::macro ? 1.0 : static_cast<double>(count);
    sum += weight * f1(matrix, k);
    weights += weight;
  }
  return sum / weights;
}

}  // namespace galen::eval
