#pragma once

#include <cstdint>
#include <string>

#include "train/mil/task.h"

namespace galen::train {

enum class MilOptimiser { adamw, lookahead_radam };

/// How an aggregator is trained. The defaults are CLAM's.
struct MilTraining {
  MilTask task = MilTask::classification;
  int epochs = 200;
  int batch = 1;  ///< bags a step; for survival the sets at risk are taken within it
  MilOptimiser optimiser = MilOptimiser::adamw;
  double learning_rate = 2e-4;
  double weight_decay = 1e-5;
  double bag_weight = 0.7;  ///< of the bag's loss beside the instance loss, which has the rest
  bool weighted_sampling = false;  ///< draw bags with replacement, each class as likely
  int patience = 20;               ///< epochs without a better validation loss; 0: never stop early
  int min_epochs = 50;             ///< before which training does not stop
  int checkpoint_every = 10;       ///< epochs
  std::uint64_t seed = 0;
  std::string options_hash;  ///< of everything that changes the result
};

}  // namespace galen::train
