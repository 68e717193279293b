#pragma once

#include <cstdint>

#include "train/probe/classifier.h"

namespace galen::train {

struct MlpOptions {
  int hidden = 128;
  int epochs = 50;
  int batch = 32;
  double learning_rate = 1e-3;
  double weight_decay = 1e-2;
  std::uint64_t seed = 0;
  int threads = 0;
};

/// Standardised features, one hidden layer with ReLU, softmax; AdamW on the mean cross-entropy of
/// shuffled batches for a fixed number of epochs. Repeats to the bit with its seed.
[[nodiscard]] Trained train_mlp(const TrainingSet& set, const MlpOptions& options);

}  // namespace galen::train
