#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <span>
#include <utility>

#include "eval/metrics/words.h"

namespace galen::eval {
namespace {

using Word = std::string_view;
struct Rule {
  Word suffix;
  Word replacement;
};

// Words that the steps would get wrong, from nltk's list.
constexpr std::array<std::pair<Word, Word>, 16> kIrregular{{{"sky", "sky"},
                                                            {"skies", "sky"},
                                                            {"dying", "die"},
                                                            {"lying", "lie"},
                                                            {"tying", "tie"},
                                                            {"news", "news"},
                                                            {"innings", "inning"},
                                                            {"inning", "inning"},
                                                            {"outings", "outing"},
                                                            {"outing", "outing"},
                                                            {"cannings", "canning"},
                                                            {"canning", "canning"},
                                                            {"howe", "howe"},
                                                            {"proceed", "proceed"},
                                                            {"exceed", "exceed"},
                                                            {"succeed", "succeed"}}};

constexpr std::array<Rule, 4> kPlurals{{{"sses", "ss"}, {"ies", "i"}, {"ss", "ss"}, {"s", ""}}};
constexpr std::array<Rule, 21> kLongSuffixes{
    {{"ational", "ate"}, {"tional", "tion"}, {"enci", "ence"}, {"anci", "ance"}, {"izer", "ize"},
     {"bli", "ble"},     {"alli", "al"},     {"entli", "ent"}, {"eli", "e"},     {"ousli", "ous"},
     {"ization", "ize"}, {"ation", "ate"},   {"ator", "ate"},  {"alism", "al"},  {"iveness", "ive"},
     {"fulness", "ful"}, {"ousness", "ous"}, {"aliti", "al"},  {"iviti", "ive"}, {"biliti", "ble"},
     {"fulli", "ful"}}};
constexpr std::array<Rule, 7> kShortSuffixes{{{"icate", "ic"},
                                              {"ative", ""},
                                              {"alize", "al"},
                                              {"iciti", "ic"},
                                              {"ical", "ic"},
                                              {"ful", ""},
                                              {"ness", ""}}};
constexpr std::array<Rule, 19> kEndings{{{"al", ""},
                                         {"ance", ""},
                                         {"ence", ""},
                                         {"er", ""},
                                         {"ic", ""},
                                         {"able", ""},
                                         {"ible", ""},
                                         {"ant", ""},
                                         {"ement", ""},
                                         {"ment", ""},
                                         {"ent", ""},
                                         {"ion", ""},
                                         {"ou", ""},
                                         {"ism", ""},
                                         {"ate", ""},
                                         {"iti", ""},
                                         {"ous", ""},
                                         {"ive", ""},
                                         {"ize", ""}}};

bool is_consonant(Word word, std::size_t i) {
  if (Word("aeiou").find(word[i]) != Word::npos) return false;
  return word[i] != 'y' || i == 0 || !is_consonant(word, i - 1);
}

/// How often a vowel is followed by a consonant: Porter's m.
int measure(Word stem) {
  int count = 0;
  for (std::size_t i = 1; i < stem.size(); ++i)
    count += !is_consonant(stem, i - 1) && is_consonant(stem, i) ? 1 : 0;
  return count;
}

bool has_vowel(Word stem) {
  for (std::size_t i = 0; i < stem.size(); ++i) {
    if (!is_consonant(stem, i)) return true;
  }
  return false;
}

bool ends_double(Word word) {
  const std::size_t n = word.size();
  return n >= 2 && word[n - 1] == word[n - 2] && is_consonant(word, n - 1);
}

/// Consonant, vowel, consonant other than w, x and y; of two letters the last two.
bool ends_short(Word word) {
  const std::size_t n = word.size();
  if (n == 2) return !is_consonant(word, 0) && is_consonant(word, 1);
  return n >= 3 && is_consonant(word, n - 3) && !is_consonant(word, n - 2) &&
         is_consonant(word, n - 1) && Word("wxy").find(word[n - 1]) == Word::npos;
}

Word without(Word word, std::size_t letters) {
  return word.substr(0, word.size() - letters);
}

/// Only the first rule whose suffix fits is tried.
std::string replaced(Word word, std::span<const Rule> rules,
                     const std::function<bool(Word stem, Word suffix)>& allows) {
  for (const auto& [suffix, replacement] : rules) {
    if (!word.ends_with(suffix)) continue;
    const Word stem = without(word, suffix.size());
    return allows(stem, suffix) ? std::string(stem) + std::string(replacement) : std::string(word);
  }
  return std::string(word);
}

std::string without_plural(Word word) {
  if (word.ends_with("ies") && word.size() == 4) return std::string(without(word, 1));
  return replaced(word, kPlurals, [](Word, Word) { return true; });
}

/// What is left of a word without "ed" or "ing", mended.
std::string mended(Word stem) {
  if (stem.ends_with("at") || stem.ends_with("bl") || stem.ends_with("iz"))
    return std::string(stem) + "e";
  if (ends_double(stem)) {
    const bool keeps = Word("lsz").find(stem.back()) != Word::npos;
    return std::string(keeps ? stem : without(stem, 1));
  }
  return std::string(stem) + (measure(stem) == 1 && ends_short(stem) ? "e" : "");
}

std::string without_past(Word word) {
  if (word.ends_with("ied")) return std::string(without(word, word.size() == 4 ? 1 : 2));
  if (word.ends_with("eed"))
    return std::string(measure(without(word, 3)) > 0 ? without(word, 1) : word);
  for (const Word suffix : {Word("ed"), Word("ing")}) {
    if (word.ends_with(suffix) && has_vowel(without(word, suffix.size())))
      return mended(without(word, suffix.size()));
  }
  return std::string(word);
}

std::string with_i(std::string word) {
  const std::size_t n = word.size();
  if (n > 2 && word.back() == 'y' && is_consonant(word, n - 2)) word.back() = 'i';
  return word;
}

std::string without_long_suffix(Word word) {
  const auto has_measure = [](Word stem, Word) { return measure(stem) > 0; };
  if (word.ends_with("alli") && measure(without(word, 4)) > 0)
    return without_long_suffix(without(word, 2));
  std::string changed = replaced(word, kLongSuffixes, has_measure);
  if (changed == word && word.ends_with("logi") && measure(without(word, 3)) > 0)
    changed.pop_back();
  return changed;
}

std::string without_ending(Word word) {
  return replaced(word, kEndings, [](Word stem, Word suffix) {
    return measure(stem) > 1 && (suffix != "ion" || stem.back() == 's' || stem.back() == 't');
  });
}

std::string tidied(std::string word) {
  if (word.ends_with('e')) {
    const Word stem = without(word, 1);
    if (measure(stem) > 1 || (measure(stem) == 1 && !ends_short(stem))) word.pop_back();
  }
  if (word.ends_with("ll") && measure(without(word, 1)) > 1) word.pop_back();
  return word;
}

}  // namespace

std::string stem_of(std::string_view word) {
  const auto* const known = std::ranges::find(kIrregular, word, &std::pair<Word, Word>::first);
  if (known != kIrregular.end()) return std::string(known->second);
  if (word.size() <= 2) return std::string(word);
  const std::string stem = without_long_suffix(with_i(without_past(without_plural(word))));
  return tidied(without_ending(
      replaced(stem, kShortSuffixes, [](Word before, Word) { return measure(before) > 0; })));
}

}  // namespace galen::eval
