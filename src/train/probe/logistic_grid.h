#pragma once

#include <vector>

#include "train/probe/classifier.h"

namespace galen::train {

struct LogisticGrid {
  std::vector<double> cs{};  ///< tried in this order; empty: ten from 1e-4 to 1e4, equal in log
  bool one_vs_rest = false;  ///< see LogisticOptions
  int max_iterations = 2000;
  int threads = 0;
};

/// The published protocol: for each C the mean one-vs-rest AUC over the folds, each fold
/// standardised and fitted on the others' rows; the first of the best C is refitted on all rows.
/// Facts: "C", "grid" (C, mean AUC, AUC by fold), "converged", "multiclass".
[[nodiscard]] Trained train_logistic(const TrainingSet& set, const LogisticGrid& grid);

}  // namespace galen::train
