#include "io/fhir/base64.h"

#include <cstdint>

namespace galen::fhir {
namespace {

int sextet(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  if (c == '/') return 63;
  return -1;
}

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

}  // namespace

std::optional<std::string> decode_base64(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  std::uint32_t bits = 0;
  std::size_t digits = 0;
  std::size_t padding = 0;
  for (const char c : text) {
    if (is_space(c)) continue;
    if (c == '=') {
      ++padding;
      continue;
    }
    const int value = sextet(c);
    if (value < 0 || padding > 0) return std::nullopt;
    bits = bits << 6U | static_cast<std::uint32_t>(value);
    // Four digits carry three bytes: the first digit of each group completes none.
    if (++digits % 4 != 1) {
      bytes.push_back(static_cast<char>(bits >> (8 - digits % 4 * 2) % 8 & 0xFFU));
    }
  }
  const bool is_whole =
      digits % 4 != 1 && (padding == 0 || (digits + padding) % 4 == 0) && padding <= 2;
  if (!is_whole) return std::nullopt;
  return bytes;
}

}  // namespace galen::fhir
