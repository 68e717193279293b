#include "engine/grammar.h"

#include <algorithm>
#include <cmath>
#include <llama.h>

#include "base/raise.h"

namespace galen::engine {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{256} << 10;
constexpr int kMaxNesting = 64;

// llama.cpp's parser calls itself for every group. Brackets inside literals count too: harmless.
void check_limits(const std::string& gbnf) {
  if (gbnf.size() > kMaxBytes) {
    raise(ErrorKind::limit_exceeded, "a grammar of {} bytes is larger than {}", gbnf.size(),
          kMaxBytes);
  }
  int depth = 0;
  for (const char c : gbnf) {
    depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    if (depth > kMaxNesting)
      raise(ErrorKind::limit_exceeded, "a grammar nests more than {} groups", kMaxNesting);
  }
}

}  // namespace

void Grammar::Free::operator()(llama_sampler* sampler) const {
  llama_sampler_free(sampler);
}

Grammar::Grammar(const std::string& gbnf, const llama_vocab* vocab) {
  check_limits(gbnf);
  if (gbnf.empty()) raise(ErrorKind::malformed, "the grammar is empty");
  sampler_.reset(llama_sampler_init_grammar(vocab, gbnf.c_str(), "root"));
  if (!sampler_) {
    raise(ErrorKind::malformed,
          "the grammar is not valid GBNF with a rule named root, or it is left-recursive");
  }
}

bool Grammar::allows(model::Token token) const {
  llama_token_data candidate{token, 0, 0};
  llama_token_data_array candidates{&candidate, 1, -1, false};
  llama_sampler_apply(sampler_.get(), &candidates);
  return std::isfinite(candidate.logit);
}

std::span<const float> Grammar::masked(std::span<const float> logits) {
  std::vector<llama_token_data> candidates(logits.size());
  for (std::size_t i = 0; i < logits.size(); ++i)
    candidates[i] = {static_cast<llama_token>(i), logits[i], 0};
  llama_token_data_array array{candidates.data(), candidates.size(), -1, false};
  llama_sampler_apply(sampler_.get(), &array);
  masked_.resize(logits.size());
  std::ranges::transform(candidates, masked_.begin(),
                         [](const llama_token_data& c) { return c.logit; });
  if (std::ranges::none_of(masked_, [](float logit) { return std::isfinite(logit); })) {
    raise(ErrorKind::malformed, "the grammar allows no way to go on from the text so far");
  }
  return masked_;
}

void Grammar::accept(model::Token token) {
  llama_sampler_accept(sampler_.get(), token);
}

}  // namespace galen::engine
