#pragma once

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <system_error>

namespace galen::prs {

/// How many of eight bytes, the first of which is the lowest, are digits before one that is none;
/// `value` is the number they write. Bit tricks after D. Lemire, "Quickly parsing eight digits".
inline int leading_digits(std::uint64_t bytes, std::uint64_t& value) {
  std::uint64_t digits = bytes ^ 0x3030303030303030ULL;
  const std::uint64_t others = ((digits + 0x7676767676767676ULL) | digits) & 0x8080808080808080ULL;
  const int count = std::countr_zero(others) / 8;  // 8 when all are
  if (count == 0) return 0;
  digits <<= 64 - 8 * count;  // zeros in front
  digits = digits * 10 + (digits >> 8);
  constexpr std::uint64_t kPairs = 0x000000FF000000FFULL;
  constexpr std::uint64_t kHigh = 0x000F424000000064ULL;  // 100 + (1000000 << 32)
  constexpr std::uint64_t kLow = 0x0000271000000001ULL;   // 1 + (10000 << 32)
  value = ((digits & kPairs) * kHigh + ((digits >> 16) & kPairs) * kLow) >> 32;
  return count;
}

/// Adds the digits at `at` behind those in `digits`; gives the place behind them.
inline const char* read_digits(const char* at, const char* end, std::uint64_t& digits) {
  static constexpr std::array<std::uint64_t, 9> kPowers{1,      10,      100,      1000,     10000,
                                                        100000, 1000000, 10000000, 100000000};
  for (; end - at >= 8; at += 8) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, at, sizeof bytes);
    std::uint64_t value = 0;
    const int count = leading_digits(bytes, value);
    digits = digits * kPowers[static_cast<std::size_t>(count)] + value;
    if (count < 8) return at + count;
  }
  for (; at != end && *at >= '0' && *at <= '9'; ++at)
    digits = digits * 10 + static_cast<std::uint64_t>(*at - '0');
  return at;
}

/// Reads a decimal number at the start of [begin, end), with an optional sign; gives the place
/// behind it, or null when there is none. Correctly rounded: up to 2^53 and 22 decimals by one
/// exact division (Clinger 1990), what is longer by std::from_chars.
inline const char* read_decimal(const char* begin, const char* end, double& value) {
  static constexpr std::array<double, 23> kPowers{1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                  1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                  1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  constexpr std::uint64_t kExact = std::uint64_t{1} << 53;
  constexpr int kMaxDigits = 18;
  const char* at = begin;
  const bool negative = at != end && *at == '-';
  at += static_cast<int>(negative) | static_cast<int>(at != end && *at == '+');  // no branch
  const char* const first = at;
  std::uint64_t digits = 0;
  for (; at != end && *at >= '0' && *at <= '9'; ++at)  // mostly one
    digits = digits * 10 + static_cast<std::uint64_t>(*at - '0');
  auto count = at - first;
  std::ptrdiff_t decimals = 0;
  if (at != end && *at == '.') {
    const char* const point = at;
    at = read_digits(at + 1, end, digits);
    decimals = at - point - 1;
    count += decimals;
  }
  const bool is_plain = at == end || (*at != 'e' && *at != 'E' && *at != 'n' && *at != 'N');
  if (is_plain && count > 0 && count <= kMaxDigits && digits <= kExact) {
    const double size = static_cast<double>(digits) / kPowers[static_cast<std::size_t>(decimals)];
    value = std::copysign(size, negative ? -1.0 : 1.0);
    return at;
  }
  const auto parsed = std::from_chars(first, end, value);
  if (parsed.ec != std::errc()) return nullptr;
  if (negative) value = -value;
  return parsed.ptr;
}

}  // namespace galen::prs
