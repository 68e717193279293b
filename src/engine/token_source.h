#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "engine/kv_cache.h"

namespace galen::engine {

/// Takes the chosen token and gives the logits after it. With speculation it runs a draft from the
/// text so far in the same step; as long as the choices follow the draft, their logits are already
/// there.
class TokenSource {
 public:
  TokenSource(KvCache& cache, model::Decoder& decoder, bool speculate);

  /// Logits after everything so far; valid until the next advance.
  [[nodiscard]] std::span<const float> logits() const { return logits_; }
  void advance(model::Token chosen);
  /// Forgets drafted tokens that were not chosen. The cache then holds what was advanced over.
  void finish();

 private:
  void run(model::Token chosen);

  KvCache& cache_;
  model::Decoder& decoder_;
  bool speculate_;
  std::vector<model::Token> text_;  ///< for lookup; images are -1
  std::vector<model::Token> draft_;
  std::size_t used_ = 0;     ///< of the draft
  std::size_t draft_size_;   ///< of the next draft
  std::vector<float> rows_;  ///< logits after the last chosen token and each of the draft
  std::span<const float> logits_;
};

}  // namespace galen::engine
