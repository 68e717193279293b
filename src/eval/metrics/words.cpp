#include "eval/metrics/words.h"

namespace galen::eval {

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  bool inside = false;
  for (const char c : text) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const bool is_letter = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');
    if (is_letter && !inside) words.emplace_back();
    if (is_letter) words.back() += lower;
    inside = is_letter;
  }
  return words;
}

}  // namespace galen::eval
