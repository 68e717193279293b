#include "train/probe/classifier.h"

#include <algorithm>

#include "base/parallel.h"

namespace galen::train {

int TrainingSet::fold_count() const {
  return folds.empty() ? 0 : *std::max_element(folds.begin(), folds.end()) + 1;
}

FoldSplit split_fold(const TrainingSet& set, int fold) {
  FoldSplit split;
  for (std::size_t row = 0; row < set.folds.size(); ++row) {
    (set.folds[row] == fold ? split.held_out : split.train).push_back(row);
  }
  return split;
}

Trained fit_and_cross_validate(const TrainingSet& set, const Fit& fit, int threads) {
  Trained trained;
  trained.out_of_fold = Matrix(set.features.rows, static_cast<std::size_t>(set.classes));
  const auto folds = static_cast<std::size_t>(set.fold_count());
  parallel_for(folds + 1, threads, [&](std::size_t fold) {
    if (fold == folds) {
      trained.classifier = fit(set.features, set.labels);
      return;
    }
    const FoldSplit split = split_fold(set, static_cast<int>(fold));
    const auto classifier =
        fit(take_rows(set.features, split.train), take(set.labels, split.train));
    const Matrix found = classifier->probabilities(take_rows(set.features, split.held_out));
    for (std::size_t i = 0; i < split.held_out.size(); ++i)
      std::ranges::copy(found.row(i), trained.out_of_fold.row(split.held_out[i]).begin());
  });
  return trained;
}

}  // namespace galen::train
