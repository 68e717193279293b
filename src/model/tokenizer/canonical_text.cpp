#include "model/tokenizer/canonical_text.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace galen::model {
namespace {

struct LowercaseRange {
  char32_t first;
  char32_t last;
  std::uint32_t step;
  std::int32_t delta;
};

constexpr LowercaseRange kLowercase[] = {
#include "model/tokenizer/lowercase_table.inc"
};

// By length of the sequence: the smallest code point it may hold; by bytes after the first: its
// mark.
constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
constexpr std::uint8_t kLead[] = {0, 0xC0, 0xE0, 0xF0};

constexpr char32_t kReplacement = 0xFFFD;
constexpr char32_t kCapitalDottedI = 0x130;
constexpr char32_t kCombiningDot = 0x307;

/// Takes one code point off the front; a broken byte counts as one.
char32_t next_code_point(std::string_view& text) {
  const auto lead = static_cast<std::uint8_t>(text[0]);
  const std::size_t length = lead < 0x80   ? 1
                             : lead < 0xC2 ? 0
                             : lead < 0xE0 ? 2
                             : lead < 0xF0 ? 3
                             : lead < 0xF5 ? 4
                                           : 0;
  char32_t code = length <= 1 ? lead : lead & (0x7FU >> length);
  bool valid = length > 0 && length <= text.size();
  for (std::size_t i = 1; valid && i < length; ++i) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    valid = (byte & 0xC0U) == 0x80;
    code = code << 6U | (byte & 0x3FU);
  }
  valid =
      valid && code >= kSmallest[length] && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
  text.remove_prefix(valid ? length : 1);
  return valid ? code : kReplacement;
}

void append(std::string& text, char32_t code) {
  if (code < 0x80) {
    text += static_cast<char>(code);
    return;
  }
  const int tail = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  text += static_cast<char>(kLead[tail] | code >> (6U * static_cast<unsigned>(tail)));
  for (int i = tail - 1; i >= 0; --i) {
    text += static_cast<char>(0x80U | (code >> (6U * static_cast<unsigned>(i)) & 0x3FU));
  }
}

char32_t lower(char32_t code) {
  if (code < 0x80) {
    return code >= 'A' && code <= 'Z' ? code + ('a' - 'A') : code;
  }
  const auto* range =
      std::lower_bound(std::begin(kLowercase), std::end(kLowercase), code,
                       [](const LowercaseRange& r, char32_t c) { return r.last < c; });
  const bool inside = range != std::end(kLowercase) && code >= range->first &&
                      (code - range->first) % range->step == 0;
  return inside ? static_cast<char32_t>(static_cast<std::int32_t>(code) + range->delta) : code;
}

bool is_space(char32_t code) {
  return (code >= 0x09 && code <= 0x0D) || (code >= 0x1C && code <= 0x20) || code == 0x85 ||
         code == 0xA0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200A) || code == 0x2028 ||
         code == 0x2029 || code == 0x202F || code == 0x205F || code == 0x3000;
}

bool is_punctuation(char32_t code) {
  return (code >= '!' && code <= '/') || (code >= ':' && code <= '@') ||
         (code >= '[' && code <= '`') || (code >= '{' && code <= '~');
}

}  // namespace

std::string canonical_text(std::string_view text) {
  std::string result;
  bool space_waits = false;
  while (!text.empty()) {
    const char32_t code = lower(next_code_point(text));
    if (is_punctuation(code)) {
      continue;
    }
    if (is_space(code)) {
      space_waits = !result.empty();
      continue;
    }
    if (space_waits) {
      result += ' ';
      space_waits = false;
    }
    if (code == kCapitalDottedI) {  // the one letter that becomes two
      append(result, 'i');
      append(result, kCombiningDot);
    } else {
      append(result, code);
    }
  }
  return result;
}

}  // namespace galen::model
