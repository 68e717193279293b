#include "eval/metrics/squad.h"

#include <map>
#include <vector>

namespace galen::eval {
namespace {

bool is_punctuation(char c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
         (c >= '{' && c <= '~');
}

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

void keep(std::vector<std::string>& words, const std::string& word) {
  if (!word.empty() && word != "a" && word != "an" && word != "the") words.push_back(word);
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : text) {
    if (is_space(c)) {
      keep(words, word);
      word.clear();
    } else if (!is_punctuation(c)) {
      word += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
  }
  keep(words, word);
  return words;
}

}  // namespace

std::string normalise_answer(std::string_view text) {
  std::string joined;
  for (const std::string& word : words_of(text)) {
    if (!joined.empty()) joined += ' ';
    joined += word;
  }
  return joined;
}

bool exact_match(std::string_view candidate, std::string_view reference) {
  return words_of(candidate) == words_of(reference);
}

double token_f1(std::string_view candidate, std::string_view reference) {
  const std::vector<std::string> ours = words_of(candidate);
  const std::vector<std::string> theirs = words_of(reference);
  if (ours.empty() || theirs.empty()) return ours.empty() == theirs.empty() ? 1 : 0;
  std::map<std::string, int> left;
  for (const std::string& word : theirs) ++left[word];
  int shared = 0;
  for (const std::string& word : ours) {
    const auto found = left.find(word);
    if (found != left.end() && found->second-- > 0) ++shared;
  }
  return 2.0 * shared / static_cast<double>(ours.size() + theirs.size());
}

}  // namespace galen::eval
