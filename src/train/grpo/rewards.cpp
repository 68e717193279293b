#include "train/grpo/rewards.h"

#include <cctype>
#include <cmath>
#include <numeric>
#include <optional>

#include "base/json.h"
#include "base/raise.h"
#include "eval/metrics/answer_letter.h"
#include "eval/metrics/rouge.h"
#include "eval/metrics/squad.h"
#include "model/chat/trim.h"

namespace galen::train {
namespace {

constexpr double kDeviationFloor = 1e-4;

/// The letter a text ends on in one of the published phrasings, or stands alone at its beginning:
/// "B", "(B) normal", "B: normal".
std::optional<char> letter_of(std::string_view text) {
  if (const auto letter = eval::answer_letter(text)) return letter;
  text = model::trimmed(text);
  if (text.starts_with('(')) text.remove_prefix(1);
  if (text.empty() || text[0] < 'A' || text[0] > 'J') return std::nullopt;
  if (text.size() > 1 && std::isalnum(static_cast<unsigned char>(text[1])) != 0)
    return std::nullopt;
  return text[0];
}

bool is_json(std::string_view text) {
  text = model::trimmed(text);
  constexpr std::string_view kFence = "```";
  if (text.starts_with(kFence) && text.ends_with(kFence) && text.size() >= 2 * kFence.size()) {
    text = text.substr(kFence.size(), text.size() - 2 * kFence.size());
    if (text.starts_with("json")) text.remove_prefix(4);
  }
  try {
    (void)parse_json(text, "answer");
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

Reward parse_reward(std::string_view name) {
  if (name == "letter") return Reward::letter;
  if (name == "exact") return Reward::exact;
  if (name == "rouge") return Reward::rouge;
  if (name == "json") return Reward::json;
  raise(ErrorKind::invalid_argument, "reward '{}' is none of letter, exact, rouge, json", name);
}

double reward_of(Reward reward, std::string_view answer, std::string_view reference) {
  switch (reward) {
    case Reward::letter: {
      const auto letter = letter_of(answer);
      return letter && letter == letter_of(reference) ? 1 : 0;
    }
    case Reward::exact: return eval::exact_match(answer, reference) ? 1 : 0;
    case Reward::rouge: return eval::rouge_l(answer, reference).f1;
    case Reward::json: return is_json(answer) ? 1 : 0;
  }
  raise(ErrorKind::internal, "reward {} is not known", static_cast<int>(reward));
}

double reward_of(const std::vector<Reward>& rewards, std::string_view answer,
                 std::string_view reference) {
  double sum = 0;
  for (const Reward reward : rewards) sum += reward_of(reward, answer, reference);
  return sum / static_cast<double>(rewards.size());
}

std::vector<double> group_advantages(const std::vector<double>& rewards) {
  const auto n = static_cast<double>(rewards.size());
  const double mean = std::accumulate(rewards.begin(), rewards.end(), 0.0) / n;
  double squares = 0;
  for (const double reward : rewards) squares += (reward - mean) * (reward - mean);
  const double deviation = n > 1 ? std::sqrt(squares / (n - 1)) : 0;
  std::vector<double> advantages;
  for (const double reward : rewards)
    advantages.push_back((reward - mean) / (deviation + kDeviationFloor));
  return advantages;
}

}  // namespace galen::train
