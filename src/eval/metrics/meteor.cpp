#include "eval/metrics/meteor.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "eval/metrics/words.h"

namespace galen::eval {
namespace {

constexpr double kAlpha = 0.9;
constexpr double kBeta = 3;
constexpr double kGamma = 0.5;

struct Placed {
  std::size_t place;
  std::string word;
};
using Matches = std::vector<std::pair<std::size_t, std::size_t>>;  // places in both texts

std::vector<Placed> placed(std::vector<std::string> words) {
  std::vector<Placed> list;
  for (std::string& word : words) list.push_back({list.size(), std::move(word)});
  return list;
}

/// From the last word to the first, each with the last equal one that is left; takes both away.
void match(std::vector<Placed>& ours, std::vector<Placed>& theirs, Matches& matches) {
  for (std::size_t i = ours.size(); i-- > 0;) {
    const auto same = std::find_if(theirs.rbegin(), theirs.rend(),
                                   [&](const Placed& other) { return other.word == ours[i].word; });
    if (same == theirs.rend()) continue;
    matches.emplace_back(ours[i].place, same->place);
    theirs.erase(std::next(same).base());
    ours.erase(ours.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

/// Runs of matches that are neighbours in both texts.
int chunks_of(const Matches& matches) {
  int chunks = 1;
  for (std::size_t i = 1; i < matches.size(); ++i) {
    const bool goes_on = matches[i].first == matches[i - 1].first + 1 &&
                         matches[i].second == matches[i - 1].second + 1;
    chunks += goes_on ? 0 : 1;
  }
  return chunks;
}

}  // namespace

double meteor(std::string_view candidate, std::string_view reference) {
  std::vector<Placed> ours = placed(words_of(candidate));
  std::vector<Placed> theirs = placed(words_of(reference));
  const auto candidate_words = static_cast<double>(ours.size());
  const auto reference_words = static_cast<double>(theirs.size());
  Matches matches;
  match(ours, theirs, matches);
  for (auto* words : {&ours, &theirs}) {
    for (Placed& one : *words) one.word = stem_of(one.word);
  }
  match(ours, theirs, matches);
  if (matches.empty()) return 0;
  std::ranges::sort(matches);
  const auto count = static_cast<double>(matches.size());
  const double precision = count / candidate_words;
  const double recall = count / reference_words;
  const double mean = precision * recall / (kAlpha * precision + (1 - kAlpha) * recall);
  return (1 - kGamma * std::pow(chunks_of(matches) / count, kBeta)) * mean;
}

}  // namespace galen::eval
