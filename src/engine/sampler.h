#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "engine/engine.h"
#include "engine/grammar.h"

namespace galen::engine {

/// Chooses tokens. Temperature, then top-k, top-p and min-p, as transformers does; the same seed
/// gives the same choices on every machine that computes the same logits.
class Sampler {
 public:
  /// Tokens from `vocabulary` on are never chosen. `grammar` may be null; not owned.
  /// Throws invalid_argument naming the option that is out of range.
  Sampler(const Sampling& options, int vocabulary, Grammar* grammar);
  /// The next token, accepted by the grammar.
  [[nodiscard]] model::Token pick(std::span<const float> logits);
  [[nodiscard]] bool is_greedy() const { return options_.temperature == 0; }

 private:
  [[nodiscard]] model::Token choose(std::span<const float> logits);
  [[nodiscard]] model::Token draw(std::span<const float> logits);

  Sampling options_;
  std::size_t vocabulary_;
  Grammar* grammar_;
  std::mt19937_64 random_;
};

}  // namespace galen::engine
