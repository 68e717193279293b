#include "engine/kv_cache.h"

#include <algorithm>

#include "base/raise.h"

namespace galen::engine {

int KvCache::length_of(std::span<const CacheItem> items) {
  int length = 0;
  for (const CacheItem& item : items) length += item.length;
  return length;
}

std::size_t KvCache::reuse(std::span<const CacheItem> wanted) {
  const auto [end, end_cached] = std::ranges::mismatch(wanted, items_);
  auto common = static_cast<std::size_t>(end - wanted.begin());
  if (common == wanted.size() && common > 0) --common;
  const int position = decoder_.rewind(length_of(wanted.first(common)));
  // A sliding window may have forced the decoder further back than asked.
  while (common > 0 && length_of(wanted.first(common)) > position) --common;
  if (length_of(wanted.first(common)) != position) {
    decoder_.clear();
    common = 0;
  }
  items_.resize(common);
  return common;
}

void KvCache::record(std::span<const model::Token> tokens, int position_before) {
  const auto done = static_cast<std::size_t>(decoder_.position() - position_before);
  for (const model::Token token : tokens.first(done)) items_.push_back({token, {}});
}

void KvCache::append_tokens(std::span<const model::Token> tokens) {
  const int before = decoder_.position();
  try {
    decoder_.append(tokens);
  } catch (...) {
    record(tokens, before);
    throw;
  }
  record(tokens, before);
}

std::vector<float> KvCache::append_with_logits(std::span<const model::Token> tokens) {
  const int before = decoder_.position();
  try {
    std::vector<float> logits = decoder_.append_with_logits(tokens);
    record(tokens, before);
    return logits;
  } catch (...) {
    record(tokens, before);
    throw;
  }
}

void KvCache::append_image(const std::string& key, std::span<const float> soft_tokens) {
  decoder_.append_image(soft_tokens);
  items_.push_back({-1, key, static_cast<int>(soft_tokens.size()) / decoder_.width()});
}

void KvCache::drop_last(std::size_t count) {
  if (count == 0) return;
  const int wanted = decoder_.position() - static_cast<int>(count);
  if (decoder_.rewind(wanted) != wanted) {
    raise(ErrorKind::internal, "the KV cache could not go back {} tokens", count);
  }
  items_.resize(items_.size() - count);
}

}  // namespace galen::engine
