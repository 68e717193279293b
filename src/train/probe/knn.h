#pragma once

#include "train/probe/classifier.h"

namespace galen::train {

struct KnnOptions {
  int k = 20;                 ///< neighbours; all rows when there are fewer
  double temperature = 0.07;  ///< of the votes' softmax
  int threads = 0;
};

/// k nearest neighbours as DINO's eval_knn: cosine similarity of the features as they are, votes
/// exp(similarity / temperature).
[[nodiscard]] Trained train_knn(const TrainingSet& set, const KnnOptions& options);

}  // namespace galen::train
