#pragma once
// A Gemma 3 decoder through libllama. The only header of Galen's that stands for llama.h; engine
// and tasks see tokens, embeddings and logits.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <galen/cancel.h>

struct llama_vocab;

namespace galen::model {

using Token = std::int32_t;

enum class KvType { f16, f32, q8_0, q4_0 };

struct DecoderOptions {
  int context = 8192;  ///< tokens the KV cache holds
  int threads = 0;     ///< 0 = all cores
  int batch = 512;     ///< tokens per prefill step, at least one image
  KvType kv = KvType::f16;
  int gpu_layers = -1;  ///< -1 = all the backend takes; 0 = CPU
  /// Positions are squeezed by this factor (linear RoPE scaling of the global layers), for contexts
  /// that many times the trained one; 1 = as trained.
  float rope_scale = 1;
  std::vector<std::filesystem::path> adapters = {};  ///< LoRA GGUF files, scale 1
};

/// Bytes the decoder will take, computed from the file's header before anything is loaded.
struct DecoderMemory {
  std::uint64_t weights = 0;
  std::uint64_t kv_cache = 0;  ///< sliding-window layers hold window + batch tokens only
  std::uint64_t compute = 0;   ///< an upper estimate
  [[nodiscard]] std::uint64_t total() const { return weights + kv_cache + compute; }
};
[[nodiscard]] DecoderMemory decoder_memory(const std::filesystem::path& gguf,
                                           const DecoderOptions& options);

/// One model with one KV cache. Not thread-safe, except tokenize and piece. An append that throws
/// leaves the tokens of the batches before it in the cache: `position` tells how many.
class Decoder {
 public:
  /// Throws not_found, malformed, unsupported; out_of_memory, with the sizes, before loading.
  static std::unique_ptr<Decoder> load(const std::filesystem::path& gguf,
                                       const DecoderOptions& options = {});
  virtual ~Decoder() = default;

  [[nodiscard]] virtual int vocabulary() const = 0;
  [[nodiscard]] virtual int width() const = 0;  ///< hidden size
  [[nodiscard]] virtual int trained_context() const = 0;
  [[nodiscard]] virtual int context() const = 0;
  [[nodiscard]] virtual Token bos() const = 0;
  [[nodiscard]] virtual bool is_end(Token token) const = 0;  ///< 1 and 106 for Gemma 3

  /// `parse_special`: "<start_of_turn>" and the like become their tokens. Adds no BOS.
  [[nodiscard]] virtual std::vector<Token> tokenize(std::string_view text,
                                                    bool parse_special) const = 0;
  /// The bytes of a token; may be part of a UTF-8 character.
  [[nodiscard]] virtual std::string piece(Token token, bool special) const = 0;

  [[nodiscard]] virtual int position() const = 0;  ///< tokens in the KV cache
  /// Appends text tokens, causal, in batches. Throws limit_exceeded when the context is full.
  virtual void append(std::span<const Token> tokens) = 0;
  /// Appends one image: `soft_tokens` is count x width, bidirectional within itself, in one batch.
  /// Leaves no logits: a prompt ends with text.
  virtual void append_image(std::span<const float> soft_tokens) = 0;
  /// As append, and returns the logits after every one of the tokens: tokens x vocabulary.
  [[nodiscard]] virtual std::vector<float> append_with_logits(std::span<const Token> tokens) = 0;
  /// Logits after the last appended token; empty when nothing, or an image, came last.
  [[nodiscard]] virtual std::span<const float> logits() const = 0;
  /// Forgets everything from `position` on and returns the position reached: a smaller one, the
  /// last save point or 0, when the sliding windows no longer hold what is needed to go on from
  /// there.
  virtual int rewind(int position) = 0;
  /// Keeps a copy of the sliding windows as they are now, so that rewind() can come back here
  /// however much is appended. One at a time.
  virtual void save_point() = 0;
  virtual void clear() = 0;
  /// Gives the KV cache another size, at least `position()`; its content stays. Throws
  /// out_of_memory, and then the old cache is still there.
  virtual void resize(int context) = 0;

  /// Appends look at `token` between steps and throw Error{cancelled}; nullptr = never. Not owned.
  virtual void set_cancel(const CancelToken* token) = 0;
  /// For llama.cpp's grammar sampler.
  [[nodiscard]] virtual const llama_vocab* vocab() const = 0;
};

}  // namespace galen::model
