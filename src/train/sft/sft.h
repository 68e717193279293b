#pragma once
// `galen train sft`: supervised fine-tuning of a Gemma 3 model on conversations with images.

#include <cstdint>
#include <filesystem>
#include <string>

#include <galen/cancel.h>

#include "train/sft/tuning_options.h"

namespace galen::train {

struct SftOptions : TuningOptions {
  std::filesystem::path data;  ///< JSONL, see conversations.h

  std::int64_t batch = 8;  ///< conversations per step
  double epochs = 1;
  std::int64_t steps = 0;           ///< instead of epochs when above 0
  std::int64_t validate_every = 0;  ///< steps; 0 = after each epoch
  std::int64_t validate_most = 0;   ///< conversations; 0 = all
};

struct SftResult {
  std::int64_t steps = 0;
  double loss = 0;               ///< of the last step, per learned token
  double validation_loss = -1;   ///< of what is exported; -1 without a validation split
  double exact_match = 0;        ///< part of the validation answers right token by token
  double tokens_per_second = 0;  ///< images' tokens included, validation not
  std::int64_t too_long = 0;     ///< conversations left out
  std::filesystem::path model;   ///< the model folder made
};

/// Trains, or goes on where `out` has a checkpoint of the same options, and exports: OUT/model (a
/// Galen model), OUT/adapter (PEFT), OUT/merged with `merge`. With a validation split the weights
/// of the lowest validation loss are exported.
/// @throws Error invalid_argument, not_found, malformed; cancelled after a checkpoint was saved.
SftResult run_sft(const SftOptions& options, const CancelToken& cancel);

}  // namespace galen::train
