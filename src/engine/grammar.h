#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "model/gemma/decoder.h"

struct llama_sampler;

namespace galen::engine {

/// A GBNF grammar (llama.cpp, grammars/README.md) and how far a text has gone through it.
class Grammar {
 public:
  /// `vocab` must outlive the grammar. Throws malformed, limit_exceeded (256 KiB, 64 nested
  /// groups).
  Grammar(const std::string& gbnf, const llama_vocab* vocab);

  /// Whether the text may go on with `token`; an end token where the grammar may end.
  [[nodiscard]] bool allows(model::Token token) const;
  /// The logits with -infinity for every token that is not allowed; valid until the next call.
  [[nodiscard]] std::span<const float> masked(std::span<const float> logits);
  /// Goes on with an allowed token.
  void accept(model::Token token);

 private:
  struct Free {
    void operator()(llama_sampler* sampler) const;
  };
  std::unique_ptr<llama_sampler, Free> sampler_;
  std::vector<float> masked_;
};

}  // namespace galen::engine
