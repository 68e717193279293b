#include "engine/token_source.h"

#include <algorithm>

#include "engine/lookup.h"

namespace galen::engine {
namespace {

// A wrong draft costs a slower step, a right one saves whole steps: the size follows success.
constexpr std::size_t kFirstDraft = 4;
constexpr std::size_t kMaxDraft = 16;
constexpr model::Token kImage = -1;

}  // namespace

TokenSource::TokenSource(KvCache& cache, model::Decoder& decoder, bool speculate)
    : cache_(cache),
      decoder_(decoder),
      speculate_(speculate),
      draft_size_(kFirstDraft),
      logits_(decoder.logits()) {
  if (!speculate_) return;
  for (const CacheItem& item : cache.items()) text_.push_back(item.token);
}

void TokenSource::advance(model::Token chosen) {
  if (speculate_) text_.push_back(chosen);
  if (used_ < draft_.size() && draft_[used_] == chosen) {
    ++used_;
    const auto row = static_cast<std::size_t>(decoder_.vocabulary());
    logits_ = std::span(rows_).subspan(used_ * row, row);
    return;
  }
  run(chosen);
}

void TokenSource::run(model::Token chosen) {
  if (!draft_.empty()) {
    draft_size_ = used_ == draft_.size() ? std::min(2 * draft_size_, kMaxDraft)
                                         : std::max<std::size_t>(used_, 2);
  }
  finish();
  if (speculate_) {
    const auto room =
        static_cast<std::size_t>(std::max(0, decoder_.context() - decoder_.position() - 1));
    draft_ = lookup_draft(text_, std::min(draft_size_, room));
    draft_.erase(std::ranges::find(draft_, kImage), draft_.end());
  }
  if (draft_.empty()) {
    cache_.append_tokens(std::span(&chosen, 1));
    logits_ = decoder_.logits();
    return;
  }
  std::vector<model::Token> step{chosen};
  step.insert(step.end(), draft_.begin(), draft_.end());
  rows_ = cache_.append_with_logits(step);
  logits_ = std::span(rows_).first(static_cast<std::size_t>(decoder_.vocabulary()));
}

void TokenSource::finish() {
  cache_.drop_last(draft_.size() - used_);
  draft_.clear();
  used_ = 0;
}

}  // namespace galen::engine
