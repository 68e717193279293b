#include "eval/metrics/calibration.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/raise.h"

namespace galen::eval {
namespace {

void check(std::span<const int> labels, std::span<const double> probabilities, int classes) {
  if (labels.size() * static_cast<std::size_t>(classes) != probabilities.size()) {
    raise(ErrorKind::invalid_argument, "{} labels of {} classes, but {} probabilities",
          labels.size(), classes, probabilities.size());
  }
  for (const double p : probabilities) {
    if (!(p >= 0 && p <= 1)) raise(ErrorKind::invalid_argument, "{} is no probability", p);
  }
}

}  // namespace

double brier_score(std::span<const int> labels, std::span<const double> probabilities,
                   int classes) {
  check(labels, probabilities, classes);
  double sum = 0;
  for (std::size_t i = 0; i < probabilities.size(); ++i) {
    const auto columns = static_cast<std::size_t>(classes);
    const bool is_true = labels[i / columns] == static_cast<int>(i % columns);
    const double miss = probabilities[i] - (is_true ? 1.0 : 0.0);
    sum += miss * miss;
  }
  return sum / (classes == 2 ? 2.0 : 1.0) / static_cast<double>(labels.size());
}

double calibration_error(std::span<const int> labels, std::span<const double> probabilities,
                         int classes, int bins) {
  check(labels, probabilities, classes);
  std::vector<double> gap(static_cast<std::size_t>(bins));  // confidence minus accuracy, summed
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto row = probabilities.subspan(i * static_cast<std::size_t>(classes),
                                           static_cast<std::size_t>(classes));
    const auto best = std::max_element(row.begin(), row.end());
    const int bin = std::clamp(static_cast<int>(std::ceil(*best * bins)) - 1, 0, bins - 1);
    const bool is_right = best - row.begin() == labels[i];
    gap[static_cast<std::size_t>(bin)] += *best - (is_right ? 1.0 : 0.0);
  }
  double sum = 0;
  for (const double bin : gap) sum += std::abs(bin);
  return sum / static_cast<double>(labels.size());
}

}  // namespace galen::eval
