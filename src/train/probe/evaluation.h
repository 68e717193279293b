#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "eval/metrics/bootstrap.h"
#include "train/probe/matrix.h"

namespace galen::train {

/// Labels of rows beside the probabilities that a classifier gave them.
struct Scored {
  std::vector<int> labels;
  Matrix probabilities;  ///< labels.size() x classes
};

using NamedMetrics = std::vector<std::pair<std::string, eval::RowMetric>>;

/// {name: {"value", "low", "high"}} of each metric over all rows (one each in `groups`), with the
/// percentile bootstrap's interval over groups. A value that is not defined is null.
[[nodiscard]] OrderedJson measure(const NamedMetrics& metrics, std::span<const std::string> groups,
                                  const eval::BootstrapOptions& bootstrap);

/// Metrics of `scored`, each {"value", "low", "high"} with the percentile bootstrap's interval over
/// groups: "auc" (one-vs-rest macro for more than two classes, then also "auc_weighted"),
/// "average_precision" (two classes), "accuracy", "balanced_accuracy", "f1" (of the second of two
/// classes, else the macro mean), "brier", "calibration_error". A value that is not defined is
/// null.
[[nodiscard]] OrderedJson evaluate(const Scored& scored, std::span<const std::string> groups,
                                   const eval::BootstrapOptions& bootstrap);

/// "sensitivity", "specificity" and "balanced_accuracy" of two classes called by
/// probability >= threshold, with intervals as above.
[[nodiscard]] OrderedJson evaluate_threshold(const Scored& scored, double threshold,
                                             std::span<const std::string> groups,
                                             const eval::BootstrapOptions& bootstrap);

/// The most probable class of each row, the first of equal ones.
[[nodiscard]] std::vector<int> most_probable(const Matrix& probabilities);
/// The second column.
[[nodiscard]] std::vector<double> positive_probability(const Matrix& probabilities);

}  // namespace galen::train
