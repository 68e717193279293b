#include "io/store/dtype.h"

#include <array>
#include <bit>
#include <cstring>

#include "base/raise.h"

namespace galen::store {
namespace {

struct Row {
  Dtype dtype;
  std::string_view name;
  std::size_t size;
};
constexpr std::array<Row, 13> kDtypes = {{{Dtype::boolean, "BOOL", 1},
                                          {Dtype::u8, "U8", 1},
                                          {Dtype::i8, "I8", 1},
                                          {Dtype::u16, "U16", 2},
                                          {Dtype::i16, "I16", 2},
                                          {Dtype::u32, "U32", 4},
                                          {Dtype::i32, "I32", 4},
                                          {Dtype::u64, "U64", 8},
                                          {Dtype::i64, "I64", 8},
                                          {Dtype::f16, "F16", 2},
                                          {Dtype::bf16, "BF16", 2},
                                          {Dtype::f32, "F32", 4},
                                          {Dtype::f64, "F64", 8}}};

const Row& row_of(Dtype dtype) {
  for (const Row& row : kDtypes) {
    if (row.dtype == dtype) return row;
  }
  raise(ErrorKind::internal, "element type {} is not in the table", static_cast<int>(dtype));
}

template <typename T, typename Convert>
void convert_all(const std::uint8_t* from, std::span<float> into, Convert convert) {
  for (float& value : into) {
    T stored;
    std::memcpy(&stored, from, sizeof(T));
    from += sizeof(T);
    value = convert(stored);
  }
}

template <typename T>
void cast_all(const std::uint8_t* from, std::span<float> into) {
  convert_all<T>(from, into, [](T value) { return static_cast<float>(value); });
}

}  // namespace

std::size_t dtype_size(Dtype dtype) {
  return row_of(dtype).size;
}

std::string_view dtype_name(Dtype dtype) {
  return row_of(dtype).name;
}

std::optional<Dtype> dtype_from_name(std::string_view name) {
  for (const Row& row : kDtypes) {
    if (row.name == name) return row.dtype;
  }
  return std::nullopt;
}

// Shifts the fraction into place and corrects the exponent's bias with one exact multiplication,
// which also serves subnormal numbers; only infinity and NaN need their exponent set.
float f16_to_float(std::uint16_t bits) {
  const std::uint32_t sign = std::uint32_t{bits & 0x8000U} << 16;
  const std::uint32_t magnitude = std::uint32_t{bits & 0x7FFFU} << 13;
  const float scaled = std::bit_cast<float>(magnitude) * 0x1p112F;
  const std::uint32_t special = (bits & 0x7C00U) == 0x7C00U ? 0x7F800000U | magnitude : 0U;
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(scaled) | special | sign);
}

float bf16_to_float(std::uint16_t bits) {
  return std::bit_cast<float>(std::uint32_t{bits} << 16);
}

void to_floats(Dtype dtype, std::span<const std::uint8_t> bytes, std::span<float> into) {
  if (bytes.size() != into.size() * dtype_size(dtype)) {
    raise(ErrorKind::internal, "{} bytes are not {} elements of {}", bytes.size(), into.size(),
          dtype_name(dtype));
  }
  const std::uint8_t* from = bytes.data();
  switch (dtype) {
    case Dtype::boolean:
    case Dtype::u8: return cast_all<std::uint8_t>(from, into);
    case Dtype::i8: return cast_all<std::int8_t>(from, into);
    case Dtype::u16: return cast_all<std::uint16_t>(from, into);
    case Dtype::i16: return cast_all<std::int16_t>(from, into);
    case Dtype::u32: return cast_all<std::uint32_t>(from, into);
    case Dtype::i32: return cast_all<std::int32_t>(from, into);
    case Dtype::u64: return cast_all<std::uint64_t>(from, into);
    case Dtype::i64: return cast_all<std::int64_t>(from, into);
    case Dtype::f16: return convert_all<std::uint16_t>(from, into, f16_to_float);
    case Dtype::bf16: return convert_all<std::uint16_t>(from, into, bf16_to_float);
    case Dtype::f32: return cast_all<float>(from, into);
    case Dtype::f64: return cast_all<double>(from, into);
  }
}

}  // namespace galen::store
