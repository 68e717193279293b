#pragma once

#include <galen/cancel.h>

#include "train/sft/learner.h"
#include "train/sft/sft.h"

namespace galen::train {

struct Validation {
  double loss = 0;         ///< per learned token
  double exact_match = 0;  ///< part of the answers whose every token is the likeliest
};

/// What one step did.
struct SftStep {
  double loss = 0;  ///< mean over the learned tokens of the batch
  double lr = 0;
  double gradient_norm = 0;
  std::int64_t tokens = 0;
};

/// One update from these conversations, in packs of at most `capacity` tokens. The gradient is that
/// of the mean over all their learned tokens, however they are packed.
/// @throws Error internal when the loss is no number
SftStep sft_step(Learner& learner, const std::vector<const Example*>& examples,
                 std::int64_t capacity);

[[nodiscard]] Validation validate(AnswerModelImpl& model, const std::vector<Example>& examples,
                                  std::int64_t capacity, const CancelToken& cancel);

/// Examples in packs of at most `capacity` tokens.
[[nodiscard]] std::vector<std::vector<const Example*>> packed(
    const std::vector<const Example*>& examples, std::int64_t capacity);

}  // namespace galen::train
