#include "engine/sampler.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/raise.h"

namespace galen::engine {
namespace {

struct Candidate {
  model::Token token = 0;
  float logit = 0;
  double weight = 0;
};

void check(const Sampling& options) {
  if (!(options.temperature >= 0) || !std::isfinite(options.temperature)) {
    raise(ErrorKind::invalid_argument, "temperature {} must be 0 or more", options.temperature);
  }
  if (options.top_k < 0)
    raise(ErrorKind::invalid_argument, "top-k {} must be 0 (off) or more", options.top_k);
  if (!(options.top_p > 0 && options.top_p <= 1)) {
    raise(ErrorKind::invalid_argument, "top-p {} must be above 0 and at most 1", options.top_p);
  }
  if (!(options.min_p >= 0 && options.min_p < 1)) {
    raise(ErrorKind::invalid_argument, "min-p {} must be at least 0 and below 1", options.min_p);
  }
}

/// The `count` highest logits (0 = all that are possible), highest first; equal ones by token.
std::vector<Candidate> top_candidates(std::span<const float> logits, std::size_t count) {
  std::vector<Candidate> candidates;
  candidates.reserve(logits.size());
  for (std::size_t i = 0; i < logits.size(); ++i) {
    if (std::isfinite(logits[i]))
      candidates.push_back({static_cast<model::Token>(i), logits[i], 0});
  }
  const auto higher = [](const Candidate& a, const Candidate& b) {
    return a.logit != b.logit ? a.logit > b.logit : a.token < b.token;
  };
  const std::size_t kept = count == 0 ? candidates.size() : std::min(count, candidates.size());
  std::partial_sort(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(kept),
                    candidates.end(), higher);
  candidates.resize(kept);
  return candidates;
}

double total_weight(const std::vector<Candidate>& candidates) {
  return std::accumulate(candidates.begin(), candidates.end(), 0.0,
                         [](double sum, const Candidate& c) { return sum + c.weight; });
}

/// Keeps the fewest candidates that hold `top_p` of the weight, then those of at least `min_p` of
/// the best.
void cut_tail(std::vector<Candidate>& candidates, float top_p, float min_p) {
  const double wanted = top_p * total_weight(candidates);
  double sum = 0;
  std::size_t kept = 0;
  while (kept < candidates.size() && (kept == 0 || sum < wanted)) sum += candidates[kept++].weight;
  while (kept > 1 && candidates[kept - 1].weight < min_p * candidates[0].weight) --kept;
  candidates.resize(kept);
}

}  // namespace

Sampler::Sampler(const Sampling& options, int vocabulary, Grammar* grammar)
    : options_(options),
      vocabulary_(static_cast<std::size_t>(vocabulary)),
      grammar_(grammar),
      random_(options.seed) {
  check(options);
}

model::Token Sampler::pick(std::span<const float> logits) {
  logits = logits.first(std::min(vocabulary_, logits.size()));
  model::Token token = choose(logits);
  if (grammar_ != nullptr) {
    // Most choices fit: the whole vocabulary is held against the grammar only when one does not.
    if (!grammar_->allows(token)) token = choose(grammar_->masked(logits));
    grammar_->accept(token);
  }
  return token;
}

model::Token Sampler::choose(std::span<const float> logits) {
  if (!is_greedy()) return draw(logits);
  return static_cast<model::Token>(std::ranges::max_element(logits) - logits.begin());
}

model::Token Sampler::draw(std::span<const float> logits) {
  std::vector<Candidate> candidates =
      top_candidates(logits, static_cast<std::size_t>(options_.top_k));
  if (candidates.empty())
    raise(ErrorKind::internal, "no token is possible: all logits are infinite");
  for (Candidate& c : candidates) {
    c.weight = std::exp(static_cast<double>(c.logit - candidates[0].logit) / options_.temperature);
  }
  cut_tail(candidates, options_.top_p, options_.min_p);
  // Not std::uniform_real_distribution, whose numbers differ between standard libraries.
  const double uniform = static_cast<double>(random_() >> 11) * 0x1.0p-53;
  double left = uniform * total_weight(candidates);
  for (const Candidate& c : candidates) {
    left -= c.weight;
    if (left < 0) return c.token;
  }
  return candidates.back().token;
}

}  // namespace galen::engine
