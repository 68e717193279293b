#pragma once
// `galen train grpo`: group-relative policy optimisation of a Gemma 3 model with rewards that a
// program can verify.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <galen/cancel.h>

#include "train/sft/tuning_options.h"

namespace galen::train {

/// The projector stays as it is: the engine draws the answers with it.
struct GrpoOptions : TuningOptions {
  std::filesystem::path data;  ///< as for sft; the last answer of a conversation is the reference
  std::vector<std::string> rewards = {"exact"};  ///< letter, exact, rouge, json; their mean counts

  std::int64_t steps = 100;
  std::int64_t batch = 4;        ///< prompts per step
  std::int64_t answers = 8;      ///< drawn for each prompt
  std::int64_t updates = 1;      ///< of the policy from one draw
  std::int64_t max_tokens = 64;  ///< of an answer
  double temperature = 1;
  std::int64_t top_k = 0;  ///< 0 = all tokens
  double ratio_clip = 0.2;
  double kl = 0.04;       ///< weight of the divergence from the model at the start
  bool by_answer = true;  ///< the mean over answers of the mean over tokens; else over tokens
};

struct GrpoResult {
  std::int64_t steps = 0;
  double first_reward = 0;      ///< mean of the first tenth of the steps (at least one)
  double last_reward = 0;       ///< and of the last
  std::filesystem::path model;  ///< the model folder made
};

/// Trains a LoRA, or goes on where `out` has a checkpoint of the same options, and exports as
/// run_sft. The log has the reward, its spread within groups, kl, the clipped part and the answers'
/// length.
/// @throws Error as run_sft
GrpoResult run_grpo(const GrpoOptions& options, const CancelToken& cancel);

}  // namespace galen::train
