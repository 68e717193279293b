#pragma once
// A loaded model that keeps conversations of text and images.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <galen/cancel.h>
#include <galen/image.h>

#include "engine/mosaic.h"
#include "model/chat/prompt.h"
#include "model/gemma/decoder.h"
#include "model/profile.h"

namespace galen::engine {

/// One piece of a message, in order.
struct TextPart {
  std::string text;
};
struct ImagePart {
  Image pixels;  ///< RGB8, what vision made for the model: square, at the tower's size
};
using Part = std::variant<TextPart, ImagePart, MosaicPart>;

using model::Role;
struct Message {
  Role role = Role::user;
  std::vector<Part> parts;
};

struct Sampling {
  float temperature =
      0;  ///< 0 = greedy, the published medical evaluation; Gemma's own default is 1.0
  int top_k = 64;
  float top_p = 0.95F;
  float min_p = 0;
  std::uint64_t seed = 0;
};

struct GenerateOptions {
  Sampling sampling;
  int max_tokens = 500;
  std::string grammar;            ///< GBNF, holds from the first token; empty = free text
  std::string json_schema;        ///< JSON Schema; becomes a grammar
  std::vector<std::string> stop;  ///< further stop strings
  /// Draft tokens from the text so far and check several at once: the same answer, sooner, where
  /// the answer repeats its input. "Same" up to the rounding of ggml, which differs between one row
  /// and many.
  bool lookup_speculation = false;
  /// Ask a thinking model to think first (spec A4). Models may think unasked; it never enters
  /// `text`.
  bool think = false;
  const CancelToken* cancel = nullptr;
  /// Called with each piece of the answer (never of the thinking), valid UTF-8.
  std::function<void(std::string_view)> on_text;
  /// Called with each piece of the thinking, when the user asked to see it.
  std::function<void(std::string_view)> on_thinking;
  /// Called during prefill with tokens done and total.
  std::function<void(int, int)> on_prefill;
  /// Called during prefill with the images of mosaics that were dealt with, and their number.
  std::function<void(std::size_t, std::size_t)> on_images;
};

enum class FinishReason { stop, length, cancelled };

struct Answer {
  std::string text;      ///< without thinking
  std::string thinking;  ///< empty when there was none
  FinishReason finish = FinishReason::stop;
  int prompt_tokens = 0;
  int cached_tokens = 0;  ///< of prompt_tokens, taken from the KV cache
  int answer_tokens = 0;  ///< thinking included
  int images_encoded = 0;
  int images_cached = 0;
  double encode_seconds = 0;
  double prefill_seconds = 0;
  double decode_seconds = 0;
};

struct EngineOptions {
  int context = 0;  ///< tokens; 0 = what the prompt needs, grown as asked
  int threads = 0;
  model::KvType kv = model::KvType::f16;
  int gpu_layers = -1;
  std::filesystem::path image_cache;  ///< folder of the embedding cache; empty = none
  std::uint64_t image_cache_bytes = std::uint64_t{2} << 30;
  /// Lets a context grow to this many times the trained one, by squeezing its positions.
  float rope_scale = 1;
};

/// Bytes that answering takes, known before anything is read.
struct MemoryPlan {
  std::uint64_t weights = 0;   ///< decoder and tower
  std::uint64_t kv_cache = 0;  ///< grows with the tokens
  std::uint64_t working = 0;   ///< fixed: compute buffers, image batches, images read ahead
  [[nodiscard]] std::uint64_t total() const { return weights + kv_cache + working; }
};

/// One model in memory. Greedy answers are the same for the same input, thread count and machine
/// (one and two threads gave equal logits where measured); ggml rounds differently for another
/// batch split, so that an answer that reuses the KV cache may differ in a near tie. Not
/// thread-safe: one conversation at a time; a new conversation that starts with the same tokens as
/// the last reuses its KV cache.
class Engine {
 public:
  static std::unique_ptr<Engine> load(const model::Profile& profile,
                                      const EngineOptions& options = {});
  virtual ~Engine() = default;
  [[nodiscard]] virtual const model::Profile& profile() const = 0;
  /// Tokens the conversation takes, images counted, without running anything.
  [[nodiscard]] virtual int count_tokens(const std::vector<Message>& messages) const = 0;
  /// Tokens a conversation and its answer may take together.
  [[nodiscard]] virtual int context_limit() const = 0;
  /// What a conversation of `tokens` takes, its answer included.
  [[nodiscard]] virtual MemoryPlan memory_plan(int tokens) const = 0;
  /// Answers the last user message. Greedy is deterministic for a fixed thread count.
  /// Throws limit_exceeded (naming tokens and context), invalid_argument (roles that do not
  /// alternate, images for a model without vision), out_of_memory.
  virtual Answer generate(const std::vector<Message>& messages, const GenerateOptions& options) = 0;
  /// How likely each text is as the beginning of the answer to the last user message: the sum of
  /// its tokens' log probabilities. Images are encoded once. Throws as generate, invalid_argument
  /// for an empty text, cancelled.
  [[nodiscard]] virtual std::vector<double> answer_log_likelihoods(
      const std::vector<Message>& messages, const std::vector<std::string>& answers,
      const CancelToken* cancel = nullptr) = 0;
};

}  // namespace galen::engine
