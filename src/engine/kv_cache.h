#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "model/gemma/decoder.h"

namespace galen::engine {

/// One thing in the KV cache: a text token, or an image by its key.
struct CacheItem {
  model::Token token = -1;
  std::string image;  ///< empty for a token
  int length = 1;     ///< positions it takes
  bool operator==(const CacheItem&) const = default;
};

/// A decoder's KV cache with the knowledge of what is in it, so that a prompt that begins like the
/// last one goes on from there. Stays right when an append throws. Not thread-safe.
class KvCache {
 public:
  explicit KvCache(model::Decoder& decoder) : decoder_(decoder) {}

  /// Keeps the longest beginning that `wanted` shares with the content, but never all of `wanted`:
  /// its last token must run again for its logits. Returns the number of items kept.
  [[nodiscard]] std::size_t reuse(std::span<const CacheItem> wanted);
  void append_tokens(std::span<const model::Token> tokens);
  void append_image(const std::string& key, std::span<const float> soft_tokens);
  /// As append_tokens, with the logits after each: tokens x vocabulary.
  [[nodiscard]] std::vector<float> append_with_logits(std::span<const model::Token> tokens);
  /// Forgets the last `count` items, which are tokens appended just now.
  void drop_last(std::size_t count);

  [[nodiscard]] const std::vector<CacheItem>& items() const { return items_; }
  /// Positions the items take.
  [[nodiscard]] static int length_of(std::span<const CacheItem> items);

 private:
  void record(std::span<const model::Token> tokens, int position_before);

  model::Decoder& decoder_;
  std::vector<CacheItem> items_;
};

}  // namespace galen::engine
