#include "base/memory.h"

#include <algorithm>

#include "base/raise.h"
#include "model/gemma/decoder.h"
#include "model/gemma/header.h"
#include "model/gemma/memory_check.h"

namespace galen::model {
namespace {

// libllama pads every cache to a multiple of 256 cells.
std::uint64_t padded(std::uint64_t cells) {
  return (cells + 255) / 256 * 256;
}

/// Bytes of one value, with the scales of the 32-value blocks.
double bytes_per_value(KvType type) {
  switch (type) {
    case KvType::f16: return 2;
    case KvType::f32: return 4;
    case KvType::q8_0: return 34.0 / 32;
    case KvType::q4_0: return 18.0 / 32;
  }
  raise(ErrorKind::internal, "KV type {} is not known", static_cast<int>(type));
}

std::uint64_t kv_bytes(const DecoderHeader& header, const DecoderOptions& options) {
  const std::uint64_t full = padded(static_cast<std::uint64_t>(options.context));
  const std::uint64_t window = padded(std::min<std::uint64_t>(
      full, static_cast<std::uint64_t>(header.sliding_window) + options.batch));
  const auto values =
      static_cast<std::uint64_t>(header.kv_heads) * (header.key_length + header.value_length);
  double bytes = 0;
  for (const bool sliding : header.is_sliding) {
    // A save point holds a copy of the sliding layers.
    const std::uint64_t cells = sliding ? 2 * window : full;
    bytes += static_cast<double>(cells * values) * bytes_per_value(options.kv);
  }
  return static_cast<std::uint64_t>(bytes);
}

std::uint64_t compute_bytes(const DecoderHeader& header, const DecoderOptions& options) {
  const auto batch = static_cast<std::uint64_t>(std::min(options.batch, options.context));
  const std::uint64_t context = padded(static_cast<std::uint64_t>(options.context));
  const std::uint64_t attention = static_cast<std::uint64_t>(header.heads) * header.key_length;
  // Live at once at the widest place, in f32: residual, normed input, the two halves of the gated
  // FFN and their product; the queries and the attention's result.
  const std::uint64_t activations =
      batch * 4 * (3ULL * header.width + 3ULL * header.feed_forward + 3 * attention);
  // The attention mask in f32 and its f16 copy.
  const std::uint64_t masks = batch * context * 6;
  // Rows of logits: in the graph, and in libllama's buffer for the caller.
  const std::uint64_t logits = 2ULL * kMaxLogitRows * header.vocabulary * 4;
  constexpr std::uint64_t kRuntime = std::uint64_t{48}
                                     << 20;  // vocabulary tables, thread stacks, graphs
  return activations + masks + logits + kRuntime;
}

double mib(std::uint64_t bytes) {
  return static_cast<double>(bytes) / (1 << 20);
}

}  // namespace

DecoderMemory decoder_memory(const std::filesystem::path& gguf, const DecoderOptions& options) {
  const DecoderHeader header = read_decoder_header(gguf);
  return decoder_memory(header, options);
}

DecoderMemory decoder_memory(const DecoderHeader& header, const DecoderOptions& options) {
  return {header.weight_bytes, kv_bytes(header, options), compute_bytes(header, options)};
}

void check_memory(std::uint64_t needed, const DecoderMemory& memory, const std::string& name) {
  const std::uint64_t available = available_memory();
  if (needed <= available) return;
  raise(ErrorKind::out_of_memory,
        "{}: needs {:.0f} MiB (weights {:.0f}, KV cache {:.0f}, compute {:.0f}), but {:.0f} MiB "
        "are free; use a smaller "
        "--context, --kv q8_0 or a smaller quantisation",
        name, mib(needed), mib(memory.weights), mib(memory.kv_cache), mib(memory.compute),
        mib(available));
}

}  // namespace galen::model
