#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "train/probe/matrix.h"

namespace galen::train {

/// A trained classifier of feature rows. Immutable, so safe to share between threads.
class Classifier {
 public:
  virtual ~Classifier() = default;
  /// features.rows x classes; rows sum to 1.
  [[nodiscard]] virtual Matrix probabilities(const Matrix& features) const = 0;
  /// What probe.safetensors holds; a vector is a matrix of one row.
  [[nodiscard]] virtual std::vector<std::pair<std::string, Matrix>> tensors() const = 0;
};

/// What a classifier learns from: rows of features with labels 0 .. classes - 1, and the fold of
/// each row for cross-validation.
struct TrainingSet {
  Matrix features;
  std::vector<int> labels;
  std::vector<int> folds;
  int classes = 0;

  [[nodiscard]] int fold_count() const;
};

/// The outcome of a method's training.
struct Trained {
  std::unique_ptr<Classifier> classifier;  ///< of all rows
  Matrix out_of_fold;  ///< probabilities of each row from the classifier that never saw its fold
  OrderedJson facts;   ///< what was chosen, for probe.json
};

/// The rows of one fold, and all others.
struct FoldSplit {
  std::vector<std::size_t> train;
  std::vector<std::size_t> held_out;
};
[[nodiscard]] FoldSplit split_fold(const TrainingSet& set, int fold);

using Fit = std::function<std::unique_ptr<Classifier>(const Matrix& features,
                                                      const std::vector<int>& labels)>;

/// Fits on all rows, and once without each fold, on up to `threads` folds at a time.
[[nodiscard]] Trained fit_and_cross_validate(const TrainingSet& set, const Fit& fit, int threads);

}  // namespace galen::train
