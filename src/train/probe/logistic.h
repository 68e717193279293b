#pragma once

#include <span>
#include <vector>

#include "train/probe/matrix.h"

namespace galen::train {

struct LogisticOptions {
  double c = 1;              ///< inverse strength of the L2 penalty, as scikit-learn's C
  bool one_vs_rest = false;  ///< one binary problem a class instead of one softmax
  double tolerance = 1e-6;   ///< largest component of the mean loss's gradient
  int max_iterations = 1000;
};

/// Logistic regression. Two classes have one output, more have one each.
struct Logistic {
  int classes = 0;
  bool one_vs_rest = false;
  Matrix weights;  ///< outputs x features
  std::vector<double> intercepts;
  bool converged = false;

  /// features.rows x classes, rows sum to 1. One-vs-rest probabilities are divided by their sum.
  [[nodiscard]] Matrix probabilities(const Matrix& features) const;
};

/// Minimises C * (sum of the log losses) + |weights|^2 / 2 over weights and unpenalised intercepts,
/// the optimum of scikit-learn's LogisticRegression. Features should be standardised.
/// @param labels 0 .. classes - 1, one a row of `features`
/// @param start where to begin, of the same shape; null: from zero
[[nodiscard]] Logistic fit_logistic(const Matrix& features, std::span<const int> labels,
                                    int classes, const LogisticOptions& options,
                                    const Logistic* start = nullptr);

}  // namespace galen::train
