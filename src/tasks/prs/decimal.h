#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <system_error>

namespace galen::prs {

/// Reads a decimal number at the start of [begin, end), with an optional sign; gives the place
/// behind it, or null when there is none. Correctly rounded: up to 2^53 and 22 decimals by one
/// exact division (Clinger 1990), what is longer by std::from_chars.
inline const char* read_decimal(const char* begin, const char* end, double& value) {
  constexpr std::array<double, 23> kPowers{1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                           1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                           1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  constexpr std::uint64_t kExact = std::uint64_t{1} << 53;
  constexpr int kMaxDigits = 18;
  const char* at = begin;
  const bool negative = at != end && *at == '-';
  if (at != end && (*at == '-' || *at == '+')) ++at;
  const char* const first = at;
  std::uint64_t digits = 0;
  int count = 0;
  int decimals = 0;
  for (; at != end && *at >= '0' && *at <= '9'; ++at, ++count) {
    digits = digits * 10 + static_cast<std::uint64_t>(*at - '0');
  }
  if (at != end && *at == '.') {
    for (++at; at != end && *at >= '0' && *at <= '9'; ++at, ++count, ++decimals) {
      digits = digits * 10 + static_cast<std::uint64_t>(*at - '0');
    }
  }
  const bool is_plain = at == end || (*at != 'e' && *at != 'E' && *at != 'n' && *at != 'N');
  if (is_plain && count > 0 && count <= kMaxDigits && digits <= kExact) {
    const double size = static_cast<double>(digits) / kPowers[static_cast<std::size_t>(decimals)];
    value = negative ? -size : size;
    return at;
  }
  const auto parsed = std::from_chars(first, end, value);
  if (parsed.ec != std::errc()) return nullptr;
  if (negative) value = -value;
  return parsed.ptr;
}

}  // namespace galen::prs
