#pragma once
// What a decoder's GGUF header says about its shape, checked so that libllama cannot abort on it.

#include <cstdint>
#include <filesystem>
#include <vector>

namespace galen::model {

struct DecoderHeader {
  int layers = 0;
  int width = 0;
  int heads = 0;
  int kv_heads = 0;
  int key_length = 0;    ///< per head
  int value_length = 0;  ///< per head
  int feed_forward = 0;
  int vocabulary = 0;
  int trained_context = 0;
  int sliding_window = 0;          ///< 0 = every layer is global
  std::vector<bool> is_sliding;    ///< by layer
  std::uint64_t weight_bytes = 0;  ///< of all tensors
};

/// Throws not_found, malformed, unsupported (another architecture than gemma3).
[[nodiscard]] DecoderHeader read_decoder_header(const std::filesystem::path& gguf);

}  // namespace galen::model
