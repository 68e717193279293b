#include "tasks/deid/identifiers.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "tasks/deid/values.h"

namespace galen::deid {
namespace {

constexpr std::size_t kMinWord = 3;
constexpr std::size_t kMinPhrase = 4;
constexpr std::size_t kMinInBytes = 8;
constexpr std::size_t kDateDigits = 8;

constexpr std::string_view kKnownWords[] = {
#include "tasks/deid/known_words.inc"
};

/// Letters, digits and every byte of other alphabets.
bool is_word_byte(char byte) {
  const auto value = static_cast<unsigned char>(byte);
  return value >= 0x80 || (value >= '0' && value <= '9') || (value >= 'a' && value <= 'z') ||
         (value >= 'A' && value <= 'Z');
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& byte : result) {
    if (byte >= 'A' && byte <= 'Z') byte = static_cast<char>(byte - 'A' + 'a');
  }
  return result;
}

bool is_date_at(std::string_view text) {
  return text.size() >= kDateDigits && std::all_of(text.begin(), text.begin() + kDateDigits,
                                                   [](char c) { return c >= '0' && c <= '9'; });
}

/// Calls `use` with each word and with what lies between words.
template <typename Use>
void for_each_piece(std::string_view text, Use use) {
  std::size_t at = 0;
  while (at < text.size()) {
    const bool is_word = is_word_byte(text[at]);
    std::size_t end = at;
    while (end < text.size() && is_word_byte(text[end]) == is_word) ++end;
    use(text.substr(at, end - at), is_word);
    at = end;
  }
}

/// Where `phrase` stands in `text` as a whole, or npos.
std::size_t find_whole(std::string_view text, std::string_view phrase, std::size_t from) {
  while ((from = text.find(phrase, from)) != std::string_view::npos) {
    const std::size_t end = from + phrase.size();
    const bool starts = from == 0 || !is_word_byte(text[from - 1]) || !is_word_byte(phrase.front());
    const bool ends =
        end == text.size() || !is_word_byte(text[end]) || !is_word_byte(phrase.back());
    if (starts && ends) return from;
    ++from;
  }
  return from;
}

bool has_bytes(std::string_view bytes, std::string_view wanted, bool as_uid) {
  std::string_view rest = bytes;
  while (true) {
    const void* found = ::memmem(rest.data(), rest.size(), wanted.data(), wanted.size());
    if (found == nullptr) return false;
    if (!as_uid) return true;
    const auto at = static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
    const auto continues = [&](std::size_t index) {
      return index < bytes.size() &&
             (bytes[index] == '.' || (bytes[index] >= '0' && bytes[index] <= '9'));
    };
    if (!(at > 0 && continues(at - 1)) && !continues(at + wanted.size())) return true;
    rest = bytes.substr(at + 1);
  }
}

constexpr std::array<std::string_view, 9> kUnits = {"mm", "cm", "ml",  "mg", "kv",
                                                    "s",  "t",  "min", "sec"};

/// Up to three digits, perhaps with a fraction, at the start of a word; what is left of it else.
std::string_view after_number(std::string_view word) {
  const auto digits = [&](std::size_t from) {
    return std::min(word.find_first_not_of("0123456789", from), word.size());
  };
  const std::size_t whole = digits(0);
  if (whole == 0 || whole > 3) return word;
  std::size_t end = whole;
  if (end < word.size() && word[end] == '.') end = digits(end + 1);
  return end - whole <= 4 ? word.substr(end) : word;
}

bool is_unit(std::string_view word) {
  return std::find(kUnits.begin(), kUnits.end(), word) != kUnits.end();
}

/// Words of letters and digits, points between digits included.
std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  std::size_t at = 0;
  const auto is_digit = [&](std::size_t i) {
    return i < text.size() && text[i] >= '0' && text[i] <= '9';
  };
  while (at < text.size()) {
    std::size_t end = at;
    while (end < text.size() &&
           (is_word_byte(text[end]) ||
            (end > at && text[end] == '.' && is_digit(end - 1) && is_digit(end + 1)))) {
      ++end;
    }
    if (end > at) words.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

bool is_known(const std::string& word) {
  return std::binary_search(std::begin(kKnownWords), std::end(kKnownWords), word) ||
         (word.size() > 1 && is_unit(after_number(word)));
}

}  // namespace

void Identifiers::add_name(std::string_view person_names) {
  for_each_value(person_names, [&](std::string_view name) {
    for_each_piece(name, [&](std::string_view word, bool is_word) {
      if (is_word && word.size() >= kMinWord) words_.insert(lower(word));
    });
    if (name.size() >= kMinInBytes) exact_.insert(std::string(name));
  });
}

void Identifiers::add_phrase(std::string_view text) {
  for_each_value(text, [&](std::string_view phrase) {
    if (phrase.size() < kMinPhrase) return;
    phrases_.insert(lower(phrase));
    if (phrase.size() >= kMinInBytes) exact_.insert(std::string(phrase));
  });
}

void Identifiers::add_uid(std::string_view uid) {
  uids_.insert(std::string(uid));
}

void Identifiers::add_date(std::string_view date) {
  if (is_date_at(date)) dates_.insert(std::string(date.substr(0, kDateDigits)));
}

void Identifiers::allow(std::string_view value) {
  exact_.erase(std::string(value));
  phrases_.erase(lower(value));
  uids_.erase(std::string(value));
  if (is_date_at(value)) dates_.erase(std::string(value.substr(0, kDateDigits)));
}

bool Identifiers::has_date(std::string_view date) const {
  return is_date_at(date) && dates_.contains(std::string(date.substr(0, kDateDigits)));
}

std::string Identifiers::scrub(std::string_view text) const {
  std::string rest(text);
  for (const std::string& phrase : phrases_) {
    std::size_t at = 0;
    while ((at = find_whole(lower(rest), phrase, at)) != std::string::npos) {
      rest.erase(at, phrase.size());
    }
  }
  std::string result;
  for_each_piece(rest, [&](std::string_view piece, bool is_word) {
    if (!is_word || !(words_.contains(lower(piece)) || has_date(piece))) result += piece;
  });
  return result == text ? result : std::string(trimmed(result));
}

bool Identifiers::is_in_text(std::string_view text) const {
  const std::string low = lower(text);
  for (const std::string& phrase : phrases_) {
    if (find_whole(low, phrase, 0) != std::string::npos) return true;
  }
  bool found = false;
  for_each_piece(low, [&](std::string_view piece, bool is_word) {
    found = found || (is_word && (words_.contains(std::string(piece)) || has_date(piece)));
  });
  return found;
}

bool Identifiers::is_in_bytes(std::string_view bytes) const {
  const auto any = [&](const std::set<std::string>& values, bool as_uid) {
    return std::any_of(values.begin(), values.end(), [&](const std::string& value) {
      return !value.empty() && has_bytes(bytes, value, as_uid);
    });
  };
  return any(exact_, false) || any(dates_, false) || any(uids_, true);
}

std::string keep_known_words(std::string_view text) {
  std::string result;
  const std::vector<std::string_view> words = words_of(text);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool is_measure =
        after_number(words[i]).empty() && i + 1 < words.size() && is_unit(lower(words[i + 1]));
    const bool is_measured =
        i > 0 && is_unit(lower(words[i])) && after_number(words[i - 1]).empty();
    if (!is_measure && !is_measured && !is_known(lower(words[i]))) continue;
    if (!result.empty()) result += ' ';
    result += words[i];
  }
  return result;
}

}  // namespace galen::deid
