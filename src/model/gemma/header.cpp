#include "model/gemma/header.h"

#include <string>
#include <string_view>

#include "base/raise.h"
#include "model/weights/gguf_check.h"

namespace galen::model {
namespace {

constexpr std::int64_t kMaxLayers = 512;  // libllama's own limit
constexpr std::int64_t kMaxSide = 1 << 24;
// Gemma 3: five sliding layers, then a global one (spec A1).
constexpr std::int64_t kPattern = 6;

int bounded(const Gguf& gguf, std::string_view key, std::int64_t value, std::int64_t least,
            std::int64_t most) {
  if (value < least || value > most) {
    raise(ErrorKind::malformed, "{}: {} is {}, outside {} to {}", gguf.name(), key, value, least,
          most);
  }
  return static_cast<int>(value);
}

int required(const Gguf& gguf, const std::string& key, std::int64_t most = kMaxSide) {
  return bounded(gguf, key, gguf.integer(key), 1, most);
}

int optional(const Gguf& gguf, const std::string& key, std::int64_t fallback,
             std::int64_t least = 1) {
  return bounded(gguf, key, gguf.integer(key, fallback), least, kMaxSide);
}

std::vector<bool> sliding_layers(const Gguf& gguf, const DecoderHeader& header) {
  std::vector<bool> sliding(static_cast<std::size_t>(header.layers), false);
  if (header.sliding_window == 0) return sliding;
  const std::string key = "gemma3.attention.sliding_window_pattern";
  constexpr std::uint32_t kArrayType = 9;
  if (gguf.has(key) && gguf.value_type(key) == kArrayType) {
    const std::vector<double> stored = gguf.numbers(key);
    if (stored.size() != sliding.size()) {
      raise(ErrorKind::malformed, "{}: {} has {} entries for {} layers", gguf.name(), key,
            stored.size(), header.layers);
    }
    for (std::size_t i = 0; i < sliding.size(); ++i) sliding[i] = stored[i] != 0;
    return sliding;
  }
  const auto pattern = static_cast<std::size_t>(optional(gguf, key, kPattern));
  for (std::size_t i = 0; i < sliding.size(); ++i) sliding[i] = (i + 1) % pattern != 0;
  return sliding;
}

void check_heads(const Gguf& gguf, const DecoderHeader& header) {
  if (header.heads % header.kv_heads != 0) {
    raise(ErrorKind::malformed, "{}: {} attention heads are no multiple of {} key-value heads",
          gguf.name(), header.heads, header.kv_heads);
  }
  if (header.key_length % 2 != 0) {
    raise(ErrorKind::malformed,
          "{}: gemma3.attention.key_length is {}; rotary positions need an even number",
          gguf.name(), header.key_length);
  }
}

// Values of other architectures, and forms of a file, on which libllama stops the whole process or
// reads what was not checked here.
void refuse_foreign_keys(const Gguf& gguf) {
  for (const std::string_view key :
       {"gemma3.expert_count", "gemma3.expert_used_count", "gemma3.expert_group_count",
        "gemma3.expert_group_used_count", "gemma3.nextn_predict_layers", "gemma3.pooling_type",
        "gemma3.attention.causal", "gemma3.attention.key_length_swa",
        "gemma3.attention.value_length_swa"}) {
    if (gguf.has(key))
      raise(ErrorKind::unsupported, "{}: {} is no key of a Gemma 3 decoder", gguf.name(), key);
  }
  if (gguf.integer("split.count", 1) > 1) {
    raise(ErrorKind::unsupported,
          "{}: the model is split over {} files; merge them with llama-gguf-split", gguf.name(),
          gguf.integer("split.count"));
  }
  const std::string tokenizer = gguf.text("tokenizer.ggml.model");
  if (tokenizer != "llama") {
    raise(ErrorKind::unsupported,
          "{}: the tokenizer is \"{}\"; Gemma 3 has a SentencePiece one, \"llama\"", gguf.name(),
          tokenizer);
  }
}

void check_rotation(const Gguf& gguf, const DecoderHeader& header) {
  for (const std::string key : {"gemma3.rope.dimension_count", "gemma3.rope.dimension_count_swa"}) {
    const int rotated = optional(gguf, key, header.key_length);
    if (rotated > header.key_length || rotated % 2 != 0) {
      raise(ErrorKind::malformed, "{}: {} is {}; it must be even and at most the head's {}",
            gguf.name(), key, rotated, header.key_length);
    }
  }
  const std::string scaling = gguf.text("gemma3.rope.scaling.type", "linear");
  if (scaling != "none" && scaling != "linear" && scaling != "yarn") {
    raise(ErrorKind::unsupported,
          "{}: gemma3.rope.scaling.type is \"{}\"; none, linear and yarn are known", gguf.name(),
          scaling);
  }
}

int vocabulary_of(const Gguf& gguf, const DecoderHeader& header) {
  const GgufTensor& embedding = gguf.tensor("token_embd.weight");
  if (embedding.shape[0] != header.width) {
    raise(ErrorKind::malformed,
          "{}: token_embd.weight has rows of {}, but gemma3.embedding_length is {}", gguf.name(),
          embedding.shape[0], header.width);
  }
  const auto tokens = static_cast<std::int64_t>(gguf.array_length("tokenizer.ggml.tokens"));
  if (tokens != embedding.shape[1]) {
    raise(ErrorKind::malformed, "{}: {} tokens in the vocabulary, but {} rows in token_embd.weight",
          gguf.name(), tokens, embedding.shape[1]);
  }
  return bounded(gguf, "tokenizer.ggml.tokens", tokens, 1, kMaxSide);
}

}  // namespace

DecoderHeader read_decoder_header(const std::filesystem::path& path) {
  const Gguf gguf = Gguf::open(path);
  const std::string architecture = gguf.text("general.architecture");
  if (architecture != "gemma3") {
    raise(ErrorKind::unsupported, "{}: the model is a \"{}\"; Galen's decoder runs gemma3",
          gguf.name(), architecture);
  }
  refuse_foreign_keys(gguf);
  DecoderHeader header;
  header.layers = required(gguf, "gemma3.block_count", kMaxLayers);
  header.width = required(gguf, "gemma3.embedding_length");
  header.heads = required(gguf, "gemma3.attention.head_count");
  header.kv_heads = optional(gguf, "gemma3.attention.head_count_kv", header.heads);
  header.key_length = optional(gguf, "gemma3.attention.key_length", header.width / header.heads);
  header.value_length =
      optional(gguf, "gemma3.attention.value_length", header.width / header.heads);
  header.feed_forward = required(gguf, "gemma3.feed_forward_length");
  header.trained_context = required(gguf, "gemma3.context_length");
  header.sliding_window = optional(gguf, "gemma3.attention.sliding_window", 0, 0);
  header.is_sliding = sliding_layers(gguf, header);
  check_heads(gguf, header);
  check_rotation(gguf, header);
  header.vocabulary = vocabulary_of(gguf, header);
  for (const GgufTensor& tensor : gguf.tensors()) header.weight_bytes += tensor.bytes;
  return header;
}

}  // namespace galen::model
