#pragma once
// Rewards that a program can verify.

#include <string>
#include <string_view>
#include <vector>

namespace galen::train {

enum class Reward {
  letter,  ///< 1 for the letter of a multiple-choice answer
  exact,   ///< 1 for the same short answer (eval/metrics/squad.h)
  rouge,   ///< F1 of ROUGE-L
  json,    ///< 1 for one JSON value and nothing else, in a code fence or not
};

/// "letter", "exact", "rouge", "json". @throws Error invalid_argument, listing them
[[nodiscard]] Reward parse_reward(std::string_view name);

/// From 0 to 1. A reference for `letter` is a letter, or text that begins with it ("B: normal").
[[nodiscard]] double reward_of(Reward reward, std::string_view answer, std::string_view reference);

/// The mean over several rewards.
[[nodiscard]] double reward_of(const std::vector<Reward>& rewards, std::string_view answer,
                               std::string_view reference);

/// Rewards of one group as advantages: (r - mean) / (deviation + 1e-4), with the deviation of n - 1
/// (DeepSeekMath, arXiv 2402.03300, section 4.1.2; TRL's GRPOTrainer). All 0 when all are equal.
[[nodiscard]] std::vector<double> group_advantages(const std::vector<double>& rewards);

}  // namespace galen::train
