#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "model/gemma/decoder.h"
#include "train/sft/examples.h"

namespace galen::train {

/// One answer the policy has drawn.
struct Completion {
  std::vector<model::Token> tokens;  ///< with the token that ended it, if one did
  std::string text;                  ///< without that
  bool ended = false;                ///< false: the limit of tokens came first
};

struct RolloutOptions {
  int answers = 8;      ///< drawn for each prompt
  int max_tokens = 64;  ///< of an answer
  float temperature = 1;
  int top_k = 0;  ///< 0 = all tokens
  std::uint64_t seed = 0;
};

/// Draws answers with the engine's decoder and sampler.
class Rollouts {
 public:
  /// Soft tokens of an image by its index, count x width.
  using SoftTokens = std::function<std::vector<float>(std::int64_t image)>;

  /// @param decoder GGUF of the base
  /// @param longest tokens of the longest prompt
  Rollouts(std::filesystem::path decoder, SoftTokens soft_tokens, std::int64_t longest,
           const RolloutOptions& options, int threads);

  /// Loads the policy: the base with this LoRA.
  void set_policy(const std::filesystem::path& adapter);
  /// Answers to a prompt: rows [0, rows) of the example. The same seeds give the same draws.
  [[nodiscard]] std::vector<Completion> draw(const Example& prompt, std::int64_t rows,
                                             std::uint64_t seed);

 private:
  void append_prompt(const Example& prompt, std::int64_t rows);
  Completion draw_one(std::vector<float> logits, std::uint64_t seed);

  std::filesystem::path path_;
  SoftTokens soft_tokens_;
  RolloutOptions options_;
  model::DecoderOptions decoder_options_;
  std::unique_ptr<model::Decoder> decoder_;
};

}  // namespace galen::train
