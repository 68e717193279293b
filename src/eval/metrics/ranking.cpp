#include "eval/metrics/ranking.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

#include "base/raise.h"

namespace galen::eval {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// How many positives and negatives score at least `threshold`.
struct Step {
  double threshold = 0;
  std::int64_t positives = 0;
  std::int64_t negatives = 0;
};

void check(std::span<const int> labels, std::span<const double> scores, int classes,
           std::size_t columns) {
  if (labels.size() * columns != scores.size()) {
    raise(ErrorKind::invalid_argument, "{} labels, but {} scores of {} a label", labels.size(),
          scores.size(), columns);
  }
  for (const int label : labels) {
    if (label < 0 || label >= classes)
      raise(ErrorKind::invalid_argument, "label {}: not from 0 to {}", label, classes - 1);
  }
  for (const double score : scores) {
    if (!std::isfinite(score)) raise(ErrorKind::invalid_argument, "a score is not finite");
  }
}

/// One step for each distinct score, from high to low; the last holds everything.
std::vector<Step> steps_of(std::span<const int> labels, std::span<const double> scores) {
  check(labels, scores, 2, 1);
  std::vector<std::size_t> order(labels.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  std::vector<Step> steps;
  Step step;
  for (std::size_t i = 0; i < order.size(); ++i) {
    (labels[order[i]] == 1 ? step.positives : step.negatives) += 1;
    step.threshold = scores[order[i]];
    if (i + 1 == order.size() || scores[order[i + 1]] != step.threshold) steps.push_back(step);
  }
  return steps;
}

bool lacks_a_class(const std::vector<Step>& steps) {
  return steps.empty() || steps.back().positives == 0 || steps.back().negatives == 0;
}

}  // namespace

double roc_auc(std::span<const int> labels, std::span<const double> scores) {
  const std::vector<Step> steps = steps_of(labels, scores);
  if (lacks_a_class(steps)) return kNaN;
  double twice_area = 0;
  Step before;
  for (const Step& step : steps) {
    twice_area += static_cast<double>(step.negatives - before.negatives) *
                  static_cast<double>(step.positives + before.positives);
    before = step;
  }
  return twice_area / 2 / static_cast<double>(before.positives) /
         static_cast<double>(before.negatives);
}

double roc_auc_ovr(std::span<const int> labels, std::span<const double> scores, int classes,
                   Average average) {
  const auto columns = static_cast<std::size_t>(classes);
  check(labels, scores, classes, columns);
  std::vector<int> is_class(labels.size());
  std::vector<double> column(labels.size());
  double sum = 0;
  double weights = 0;
  for (std::size_t k = 0; k < columns; ++k) {
    for (std::size_t i = 0; i < labels.size(); ++i) {
      is_class[i] = labels[i] == static_cast<int>(k) ? 1 : 0;
      column[i] = scores[i * columns + k];
    }
    const auto count = static_cast<double>(std::accumulate(is_class.begin(), is_class.end(), 0));
    const double weight = average == Average::macro ? 1.0 : count;
    sum += weight * roc_auc(is_class, column);
    weights += weight;
  }
  return sum / weights;
}

double average_precision(std::span<const int> labels, std::span<const double> scores) {
  const std::vector<Step> steps = steps_of(labels, scores);
  if (steps.empty() || steps.back().positives == 0) return kNaN;
  const auto positives = static_cast<double>(steps.back().positives);
  double sum = 0;
  Step before;
  for (const Step& step : steps) {
    const double precision =
        static_cast<double>(step.positives) / static_cast<double>(step.positives + step.negatives);
    sum += precision * static_cast<double>(step.positives - before.positives) / positives;
    before = step;
  }
  return sum;
}

OperatingPoint youden_point(std::span<const int> labels, std::span<const double> scores) {
  const std::vector<Step> steps = steps_of(labels, scores);
  if (lacks_a_class(steps)) return {kNaN, kNaN, kNaN};
  const auto positives = static_cast<double>(steps.back().positives);
  const auto negatives = static_cast<double>(steps.back().negatives);
  OperatingPoint best{std::numeric_limits<double>::infinity(), 0, 1};
  for (const Step& step : steps) {
    const OperatingPoint point{step.threshold, static_cast<double>(step.positives) / positives,
                               1 - static_cast<double>(step.negatives) / negatives};
    if (point.sensitivity + point.specificity > best.sensitivity + best.specificity) best = point;
  }
  return best;
}

}  // namespace galen::eval
