#include "train/probe/evaluation.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

#include "eval/metrics/calibration.h"
#include "eval/metrics/confusion.h"
#include "eval/metrics/ranking.h"

namespace galen::train {
namespace {

using Metric = std::function<double(const Scored&)>;

int classes_of(const Scored& scored) {
  return static_cast<int>(scored.probabilities.columns);
}

eval::ConfusionMatrix confusion_of(const Scored& scored) {
  return eval::confusion_matrix(scored.labels, most_probable(scored.probabilities),
                                classes_of(scored));
}

double auc_of(const Scored& scored, eval::Average average) {
  return eval::roc_auc_ovr(scored.labels, scored.probabilities.values, classes_of(scored), average);
}

std::vector<std::pair<std::string, Metric>> metrics_for(int classes) {
  std::vector<std::pair<std::string, Metric>> metrics{
      {"auc", [](const Scored& s) { return auc_of(s, eval::Average::macro); }}};
  if (classes == 2) {
    metrics.emplace_back("average_precision", [](const Scored& s) {
      return eval::average_precision(s.labels, positive_probability(s.probabilities));
    });
  } else {
    metrics.emplace_back("auc_weighted",
                         [](const Scored& s) { return auc_of(s, eval::Average::weighted); });
  }
  metrics.emplace_back("accuracy", [](const Scored& s) { return eval::accuracy(confusion_of(s)); });
  metrics.emplace_back("balanced_accuracy",
                       [](const Scored& s) { return eval::balanced_accuracy(confusion_of(s)); });
  metrics.emplace_back("f1", [](const Scored& s) {
    const eval::ConfusionMatrix matrix = confusion_of(s);
    return matrix.classes == 2 ? eval::f1(matrix, 1) : eval::f1(matrix, eval::Average::macro);
  });
  metrics.emplace_back("brier", [](const Scored& s) {
    return eval::brier_score(s.labels, s.probabilities.values, classes_of(s));
  });
  metrics.emplace_back("calibration_error", [](const Scored& s) {
    return eval::calibration_error(s.labels, s.probabilities.values, classes_of(s));
  });
  return metrics;
}

OrderedJson measure_scored(const std::vector<std::pair<std::string, Metric>>& metrics,
                           const Scored& scored, std::span<const std::string> groups,
                           const eval::BootstrapOptions& bootstrap) {
  NamedMetrics of_rows;
  for (const auto& [name, metric] : metrics) {
    of_rows.emplace_back(name, [&scored, measure = metric](std::span<const std::size_t> rows) {
      return measure({take(scored.labels, rows), take_rows(scored.probabilities, rows)});
    });
  }
  return measure(of_rows, groups, bootstrap);
}

/// Two classes: rows called positive at `threshold`.
eval::ConfusionMatrix confusion_at(const Scored& scored, double threshold) {
  std::vector<int> called;
  for (const double p : positive_probability(scored.probabilities))
    called.push_back(p >= threshold ? 1 : 0);
  return eval::confusion_matrix(scored.labels, called, 2);
}

double recall(const eval::ConfusionMatrix& matrix, int label) {
  return static_cast<double>(matrix.at(label, label)) / static_cast<double>(matrix.truly(label));
}

}  // namespace

OrderedJson measure(const NamedMetrics& metrics, std::span<const std::string> groups,
                    const eval::BootstrapOptions& bootstrap) {
  std::vector<std::size_t> all(groups.size());
  std::iota(all.begin(), all.end(), 0);
  OrderedJson result;
  for (const auto& [name, metric] : metrics) {
    const eval::Interval interval = eval::bootstrap_interval(groups, metric, bootstrap);
    result[name] = {{"value", metric(all)}, {"low", interval.low}, {"high", interval.high}};
  }
  return result;
}

OrderedJson evaluate(const Scored& scored, std::span<const std::string> groups,
                     const eval::BootstrapOptions& bootstrap) {
  return measure_scored(metrics_for(classes_of(scored)), scored, groups, bootstrap);
}

OrderedJson evaluate_threshold(const Scored& scored, double threshold,
                               std::span<const std::string> groups,
                               const eval::BootstrapOptions& bootstrap) {
  const std::vector<std::pair<std::string, Metric>> metrics{
      {"sensitivity", [&](const Scored& s) { return recall(confusion_at(s, threshold), 1); }},
      {"specificity", [&](const Scored& s) { return recall(confusion_at(s, threshold), 0); }},
      {"balanced_accuracy",
       [&](const Scored& s) { return eval::balanced_accuracy(confusion_at(s, threshold)); }},
  };
  return measure_scored(metrics, scored, groups, bootstrap);
}

std::vector<int> most_probable(const Matrix& probabilities) {
  std::vector<int> called;
  for (std::size_t r = 0; r < probabilities.rows; ++r) {
    const auto row = probabilities.row(r);
    called.push_back(static_cast<int>(std::max_element(row.begin(), row.end()) - row.begin()));
  }
  return called;
}

std::vector<double> positive_probability(const Matrix& probabilities) {
  std::vector<double> column;
  for (std::size_t r = 0; r < probabilities.rows; ++r) column.push_back(probabilities.row(r)[1]);
  return column;
}

}  // namespace galen::train
