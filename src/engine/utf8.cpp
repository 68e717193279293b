#include "engine/utf8.h"

#include <cstddef>
#include <cstdint>

namespace galen::engine {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// Bytes of the character that `lead` begins; 0 for a byte that begins none (RFC 3629).
std::size_t length_after(std::uint8_t lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

/// Overlong forms, surrogates and what lies beyond U+10FFFF show in the second byte.
bool is_second(std::uint8_t lead, std::uint8_t byte) {
  const std::uint8_t least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const std::uint8_t most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  return byte >= least && byte <= most;
}

bool is_continuation(std::string_view text, std::size_t i) {
  const auto byte = static_cast<std::uint8_t>(text[i]);
  return i == 1 ? is_second(static_cast<std::uint8_t>(text[0]), byte) : (byte & 0xC0) == 0x80;
}

}  // namespace

std::string Utf8Assembler::push(std::string_view bytes) {
  held_ += bytes;
  std::string whole;
  std::string_view rest = held_;
  while (!rest.empty()) {
    const std::size_t length = length_after(static_cast<std::uint8_t>(rest[0]));
    std::size_t valid = length == 0 ? 0 : 1;
    while (valid > 0 && valid < length && valid < rest.size() && is_continuation(rest, valid))
      ++valid;
    if (length > 0 && valid < length && valid == rest.size()) break;
    whole += valid == length && length > 0 ? rest.substr(0, length) : kReplacement;
    rest.remove_prefix(valid > 0 ? valid : 1);
  }
  held_ = std::string(rest);
  return whole;
}

std::string Utf8Assembler::finish() {
  const bool incomplete = !held_.empty();
  held_.clear();
  return incomplete ? std::string(kReplacement) : std::string();
}

}  // namespace galen::engine
