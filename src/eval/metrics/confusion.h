#pragma once
// Metrics of decided classes, equal to scikit-learn's.

#include <cstdint>
#include <span>
#include <vector>

#include "eval/metrics/ranking.h"

namespace galen::eval {

/// How often class `row` was called class `column`.
struct ConfusionMatrix {
  int classes = 0;
  std::vector<std::int64_t> counts;  ///< classes x classes, a row for each true class

  [[nodiscard]] std::int64_t at(int truth, int called) const;
  [[nodiscard]] std::int64_t truly(int truth) const;    ///< the row's sum
  [[nodiscard]] std::int64_t called(int called) const;  ///< the column's sum
};

/// @throws Error invalid_argument for sizes that differ or a class outside 0 .. classes - 1
[[nodiscard]] ConfusionMatrix confusion_matrix(std::span<const int> labels,
                                               std::span<const int> called, int classes);

/// Each of the following is NaN for a matrix without counts.
[[nodiscard]] double accuracy(const ConfusionMatrix& matrix);
/// Mean recall of the classes that occur.
[[nodiscard]] double balanced_accuracy(const ConfusionMatrix& matrix);
/// 2 tp / (2 tp + fp + fn) of one class; 0 when the class neither occurs nor is called.
[[nodiscard]] double f1(const ConfusionMatrix& matrix, int positive = 1);
/// Mean F1 of the classes that occur or are called: plain, or weighted by how often each occurs.
[[nodiscard]] double f1(const ConfusionMatrix& matrix, Average average);

}  // namespace galen::eval
