#pragma once
// Stored weights, quantised or not, as floats.

#include <cstdint>
#include <span>

#include "model/weights/gguf_check.h"

namespace galen::model {

/// False for types that hold no weights (integers).
[[nodiscard]] bool is_expandable(int ggml_type);

/// Bytes of `count` values, a multiple of the type's block.
[[nodiscard]] std::size_t stored_size(int ggml_type, std::int64_t count);

/// `count` values, a multiple of the type's block, from the front of `stored`.
void expand_stored(int ggml_type, std::span<const std::uint8_t> stored, std::int64_t count,
                   float* values);

/// `count` values of a tensor from element `first` on, both multiples of its type's block.
void expand_values(const Gguf& gguf, const GgufTensor& tensor, std::int64_t first,
                   std::int64_t count, float* values);

}  // namespace galen::model
