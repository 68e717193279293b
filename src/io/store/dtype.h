#pragma once
// Element types of stored tensors, and their way to float.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace galen::store {

enum class Dtype { boolean, u8, i8, u16, i16, u32, i32, u64, i64, f16, bf16, f32, f64 };

/// Bytes of one element.
[[nodiscard]] std::size_t dtype_size(Dtype dtype);
/// The name safetensors uses: "F32", "BF16", "I64", ...
[[nodiscard]] std::string_view dtype_name(Dtype dtype);
[[nodiscard]] std::optional<Dtype> dtype_from_name(std::string_view name);

[[nodiscard]] float f16_to_float(std::uint16_t bits);
[[nodiscard]] float bf16_to_float(std::uint16_t bits);

/// Converts `into.size()` elements, little-endian and unaligned, to float. `bytes` holds exactly
/// that many elements of `dtype`; throws internal otherwise.
void to_floats(Dtype dtype, std::span<const std::uint8_t> bytes, std::span<float> into);

}  // namespace galen::store
