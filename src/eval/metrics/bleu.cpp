#include "eval/metrics/bleu.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>

namespace galen::eval {
namespace {

constexpr std::size_t kOrders = 4;

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || (c >= '\x1c' && c <= '\x1f');
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_stop(char c) {
  return c == '.' || c == ',';
}

/// ASCII signs that stand alone wherever they are: all but ' , - . and digits, letters.
bool is_sign(char c) {
  return (c >= '{' && c <= '~') || (c >= '[' && c <= '`') || (c >= ' ' && c <= '&') ||
         (c >= '(' && c <= '+') || (c >= ':' && c <= '@') || c == '/';
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

/// Passes over the text once; where two neighbours fit, writes both with `gaps` spaces around:
/// before, between, behind. What was matched is not looked at again.
template <typename Fits>
std::string spaced(const std::string& text, const std::array<bool, 3>& gaps, const Fits& fits) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i + 1 == text.size() || !fits(text[i], text[i + 1])) {
      result += text[i];
      continue;
    }
    if (gaps[0]) result += ' ';
    result += text[i++];
    if (gaps[1]) result += ' ';
    result += text[i];
    if (gaps[2]) result += ' ';
  }
  return result;
}

std::string with_spaces(const std::string& text) {
  std::string apart;
  for (const char c : text) {
    if (is_sign(c)) {
      apart += {' ', c, ' '};
    } else {
      apart += c;
    }
  }
  apart =
      spaced(apart, {false, true, true}, [](char a, char b) { return !is_digit(a) && is_stop(b); });
  apart =
      spaced(apart, {true, true, false}, [](char a, char b) { return is_stop(a) && !is_digit(b); });
  return spaced(apart, {false, true, true}, [](char a, char b) { return is_digit(a) && b == '-'; });
}

std::map<std::string, int> grams(const std::vector<std::string>& tokens, std::size_t order) {
  std::map<std::string, int> counts;
  for (std::size_t i = 0; i + order <= tokens.size(); ++i) {
    std::string gram;
    for (std::size_t k = 0; k < order; ++k) gram += tokens[i + k] + ' ';
    ++counts[gram];
  }
  return counts;
}

}  // namespace

std::vector<std::string> tokens_13a(std::string_view text) {
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  std::string line(text);
  replace_all(line, "<skipped>", "");
  replace_all(line, "-\n", "");
  replace_all(line, "&quot;", "\"");
  replace_all(line, "&amp;", "&");
  replace_all(line, "&lt;", "<");
  replace_all(line, "&gt;", ">");
  std::vector<std::string> tokens;
  bool inside = false;
  for (const char c : with_spaces(" " + line + " ")) {
    if (!is_space(c) && !inside) tokens.emplace_back();
    if (!is_space(c)) tokens.back() += c;
    inside = !is_space(c);
  }
  return tokens;
}

BleuCounts& BleuCounts::operator+=(const BleuCounts& other) {
  for (std::size_t i = 0; i < kOrders; ++i) {
    matching[i] += other.matching[i];
    all[i] += other.all[i];
  }
  candidate_tokens += other.candidate_tokens;
  reference_tokens += other.reference_tokens;
  return *this;
}

BleuCounts bleu_counts(std::string_view candidate, std::string_view reference) {
  const std::vector<std::string> ours = tokens_13a(candidate);
  const std::vector<std::string> theirs = tokens_13a(reference);
  BleuCounts counts;
  counts.candidate_tokens = static_cast<double>(ours.size());
  counts.reference_tokens = static_cast<double>(theirs.size());
  for (std::size_t order = 1; order <= kOrders; ++order) {
    const auto wanted = grams(theirs, order);
    for (const auto& [gram, times] : grams(ours, order)) {
      const auto found = wanted.find(gram);
      counts.all[order - 1] += times;
      if (found != wanted.end()) counts.matching[order - 1] += std::min(times, found->second);
    }
  }
  return counts;
}

BleuScore bleu_of(const BleuCounts& counts, BleuOrder order) {
  BleuScore score;
  if (counts.candidate_tokens >= counts.reference_tokens) {
    score.brevity_penalty = 1;
  } else if (counts.candidate_tokens > 0) {
    score.brevity_penalty = std::exp(1 - counts.reference_tokens / counts.candidate_tokens);
  }
  if (counts.matching[0] == 0) return score;
  std::size_t orders = kOrders;
  double smoothing = 1;
  for (std::size_t i = 0; i < kOrders && counts.all[i] > 0; ++i) {
    if (order == BleuOrder::longest) orders = i + 1;
    // An order without a match counts as half a match, the next as a quarter, and so on.
    if (counts.matching[i] == 0) smoothing *= 2;
    const double matching = counts.matching[i] == 0 ? 1 / smoothing : counts.matching[i];
    score.precisions[i] = 100 * matching / counts.all[i];
  }
  double logs = 0;
  for (std::size_t i = 0; i < orders; ++i) {
    if (score.precisions[i] == 0) return score;
    logs += std::log(score.precisions[i]);
  }
  score.score = score.brevity_penalty * std::exp(logs / static_cast<double>(orders));
  return score;
}

}  // namespace galen::eval
