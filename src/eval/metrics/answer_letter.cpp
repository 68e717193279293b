#include "eval/metrics/answer_letter.h"

#include <array>
#include <cstddef>

namespace galen::eval {
namespace {

enum class Spaces { none, one, any };

/// `phrase` `stars`* space `stars`* `open` LETTER `close`. Written out instead of std::regex, whose
/// recursion a long row of stars would turn into a stack overflow.
struct Pattern {
  std::string_view phrase;
  bool stars_before = false;
  Spaces spaces = Spaces::one;
  bool stars_after = false;
  std::string_view open = "(";
  bool open_optional = false;
  std::string_view close = ")";
};

constexpr std::string_view kSentence = "The final answer is";
constexpr std::string_view kHeading = "Final Answer:";

// Stars that a pattern only allows at its ends change no match and are left out.
constexpr std::array kPatterns{
    Pattern{kSentence},
    Pattern{.phrase = kSentence, .stars_after = true},
    Pattern{.phrase = kSentence, .open = "$\\boxed{", .close = "}$"},
    Pattern{.phrase = kHeading, .spaces = Spaces::none},
    Pattern{.phrase = kHeading},
    Pattern{.phrase = kHeading, .open_optional = true, .close = ""},
    Pattern{.phrase = kHeading, .spaces = Spaces::any, .stars_after = true},
    Pattern{.phrase = kHeading, .stars_before = true},
};

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

void skip_stars(std::string_view& text) {
  while (text.starts_with('*')) text.remove_prefix(1);
}

bool skip_spaces(std::string_view& text, Spaces spaces) {
  if (spaces == Spaces::none) return true;
  std::size_t count = 0;
  while (count < text.size() && is_space(text[count]) && (count == 0 || spaces == Spaces::any)) {
    ++count;
  }
  text.remove_prefix(count);
  return count > 0 || spaces == Spaces::any;
}

/// The letter, when `text` starts with what follows the pattern's phrase.
std::optional<char> letter_after(const Pattern& pattern, std::string_view text) {
  if (pattern.stars_before) skip_stars(text);
  if (!skip_spaces(text, pattern.spaces)) return std::nullopt;
  if (pattern.stars_after) skip_stars(text);
  if (text.starts_with(pattern.open)) {
    text.remove_prefix(pattern.open.size());
  } else if (!pattern.open_optional) {
    return std::nullopt;
  }
  if (text.empty() || text.front() < 'A' || text.front() > 'J') return std::nullopt;
  const char letter = text.front();
  return text.substr(1).starts_with(pattern.close) ? std::optional(letter) : std::nullopt;
}

}  // namespace

std::optional<char> answer_letter(std::string_view answer) {
  for (const Pattern& pattern : kPatterns) {
    std::size_t at = answer.find(pattern.phrase);
    for (; at != std::string_view::npos; at = answer.find(pattern.phrase, at + 1)) {
      const auto letter = letter_after(pattern, answer.substr(at + pattern.phrase.size()));
      if (letter) return letter;
    }
  }
  return std::nullopt;
}

}  // namespace galen::eval
