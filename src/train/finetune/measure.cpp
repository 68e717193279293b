#include "train/finetune/measure.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <span>

#include "eval/metrics/confusion.h"
#include "eval/metrics/ranking.h"

namespace galen::train {
namespace {

using Rows = std::span<const std::size_t>;

/// The labels (0, 1) and scores of one class in some rows.
struct Column {
  std::vector<int> labels;
  std::vector<double> scores;
};

Column column_of(const Predictions& p, int class_index, Rows rows) {
  const auto classes = static_cast<std::size_t>(p.classes);
  const auto c = static_cast<std::size_t>(class_index);
  Column column;
  for (const std::size_t row : rows) {
    column.labels.push_back(p.multi_label ? p.truth[row * classes + c]
                                          : static_cast<int>(p.truth[row] == class_index));
    column.scores.push_back(p.scores[row * classes + c]);
  }
  return column;
}

/// Mean of `metric` over the classes for which it is defined.
double mean_over_classes(
    const Predictions& p, Rows rows,
    const std::function<double(std::span<const int>, std::span<const double>)>& metric) {
  double sum = 0;
  int count = 0;
  // Of two exclusive classes the second tells all.
  const int first = !p.multi_label && p.classes == 2 ? 1 : 0;
  for (int c = first; c < p.classes; ++c) {
    const Column column = column_of(p, c, rows);
    const double value = metric(column.labels, column.scores);
    if (!std::isfinite(value)) continue;
    sum += value;
    ++count;
  }
  return count > 0 ? sum / count : std::numeric_limits<double>::quiet_NaN();
}

eval::ConfusionMatrix confusion_of(const Predictions& p, Rows rows) {
  std::vector<int> truth;
  std::vector<int> called;
  for (const std::size_t row : rows) {
    const auto begin = p.scores.begin() + static_cast<std::ptrdiff_t>(row) * p.classes;
    truth.push_back(p.truth[row]);
    called.push_back(static_cast<int>(std::max_element(begin, begin + p.classes) - begin));
  }
  return eval::confusion_matrix(truth, called, p.classes);
}

std::vector<std::size_t> all_rows(const Predictions& p) {
  std::vector<std::size_t> rows(p.groups.size());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  return rows;
}

}  // namespace

double macro_auc(const Predictions& predictions) {
  return mean_over_classes(predictions, all_rows(predictions), eval::roc_auc);
}

std::map<std::string, Measured> measure(const Predictions& p,
                                        const std::vector<std::string>& class_names,
                                        std::uint64_t seed) {
  std::map<std::string, eval::RowMetric> metrics;
  metrics["auc"] = [&p](Rows rows) { return mean_over_classes(p, rows, eval::roc_auc); };
  if (p.multi_label) {
    metrics["average_precision"] = [&p](Rows rows) {
      return mean_over_classes(p, rows, eval::average_precision);
    };
    for (int c = 0; c < p.classes; ++c) {
      metrics["auc." + class_names[static_cast<std::size_t>(c)]] = [&p, c](Rows rows) {
        const Column column = column_of(p, c, rows);
        return eval::roc_auc(column.labels, column.scores);
      };
    }
  } else {
    metrics["balanced_accuracy"] = [&p](Rows rows) {
      return eval::balanced_accuracy(confusion_of(p, rows));
    };
    metrics["f1"] = [&p](Rows rows) {
      return eval::f1(confusion_of(p, rows), eval::Average::macro);
    };
  }
  const std::vector<std::size_t> rows = all_rows(p);
  std::map<std::string, Measured> measured;
  for (const auto& [name, metric] : metrics) {
    measured[name] = {metric(rows), eval::bootstrap_interval(p.groups, metric, {.seed = seed})};
  }
  return measured;
}

}  // namespace galen::train
