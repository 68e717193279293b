#include "train/grpo/rollouts.h"

#include <algorithm>
#include <utility>

#include "base/raise.h"
#include "engine/sampler.h"

namespace galen::train {
namespace {

constexpr int kTextVocabulary = 262144;
constexpr int kBatch = 512;

}  // namespace

Rollouts::Rollouts(std::filesystem::path decoder, SoftTokens soft_tokens, std::int64_t longest,
                   const RolloutOptions& options, int threads)
    : path_(std::move(decoder)), soft_tokens_(std::move(soft_tokens)), options_(options) {
  decoder_options_.context = static_cast<int>(longest) + options.max_tokens + 1;
  decoder_options_.threads = threads;
  decoder_options_.batch = kBatch;
}

void Rollouts::set_policy(const std::filesystem::path& adapter) {
  decoder_.reset();
  decoder_options_.adapters = {adapter};
  decoder_ = model::Decoder::load(path_, decoder_options_);
}

void Rollouts::append_prompt(const Example& prompt, std::int64_t rows) {
  decoder_->clear();
  std::int64_t done = 0;
  const auto text_until = [&](std::int64_t end) {
    decoder_->append(
        std::span(prompt.tokens)
            .subspan(static_cast<std::size_t>(done), static_cast<std::size_t>(end - done)));
    done = end;
  };
  for (const Example::Image& image : prompt.images) {
    if (image.begin >= rows) break;
    if (image.begin > done) text_until(image.begin);
    decoder_->append_image(soft_tokens_(image.index));
    done = decoder_->position();
  }
  text_until(rows);
  decoder_->save_point();
}

Completion Rollouts::draw_one(std::vector<float> logits, std::uint64_t seed) {
  engine::Sampling sampling;
  sampling.temperature = options_.temperature;
  sampling.top_k = options_.top_k;
  sampling.top_p = 1;
  sampling.seed = seed;
  engine::Sampler sampler(sampling, std::min(decoder_->vocabulary(), kTextVocabulary), nullptr);
  Completion completion;
  std::span<const float> next = logits;
  while (true) {
    const model::Token token = sampler.pick(next);
    completion.tokens.push_back(token);
    completion.ended = decoder_->is_end(token);
    if (completion.ended) return completion;
    completion.text += decoder_->piece(token, false);
    if (std::cmp_equal(completion.tokens.size(), options_.max_tokens)) return completion;
    decoder_->append(std::span(&token, 1));
    next = decoder_->logits();
  }
}

std::vector<Completion> Rollouts::draw(const Example& prompt, std::int64_t rows,
                                       std::uint64_t seed) {
  append_prompt(prompt, rows);
  const auto start = static_cast<int>(rows);
  const std::vector<float> logits(decoder_->logits().begin(), decoder_->logits().end());
  std::vector<Completion> completions;
  for (int i = 0; i < options_.answers; ++i) {
    if (decoder_->rewind(start) != start) append_prompt(prompt, rows);
    completions.push_back(
        draw_one(logits, seed * 1000003 + static_cast<std::uint64_t>(i) + options_.seed));
  }
  return completions;
}

}  // namespace galen::train
