#include "tasks/prs/matcher.h"

#include <algorithm>
#include <string_view>

namespace galen::prs {
namespace {

constexpr std::uint8_t kNoFit = 255;

bool are_bases(std::string_view allele) {
  return !allele.empty() && allele.find_first_not_of("ACGT") == std::string_view::npos;
}

/// The same allele read off the other strand.
std::string reverse_complement(std::string_view allele) {
  std::string other(allele.rbegin(), allele.rend());
  for (char& base : other) {
    switch (base) {
      case 'A': base = 'T'; break;
      case 'T': base = 'A'; break;
      case 'C': base = 'G'; break;
      case 'G': base = 'C'; break;
      default: break;
    }
  }
  return other;
}

std::size_t index_of(const std::vector<std::string>& alleles, const std::string& allele) {
  return static_cast<std::size_t>(std::find(alleles.begin(), alleles.end(), allele) -
                                  alleles.begin());
}

/// pgsc_calc's order: effect = REF, effect = ALT, the same flipped, then without other allele.
Fit fit_on_strand(const std::string& effect, const std::vector<std::string>& others,
                  const genotype::Variant& variant, bool flipped) {
  const std::size_t index = index_of(variant.alleles, effect);
  if (index == variant.alleles.size()) return {};
  const bool has_other = std::any_of(others.begin(), others.end(), [&](const std::string& other) {
    const std::size_t found = index_of(variant.alleles, other);
    return found != index && found < variant.alleles.size();
  });
  if (!others.empty() && !has_other) return {};
  const int rank = (index == 0 ? 0 : 1) + (flipped ? 2 : 0) + (others.empty() ? 4 : 0);
  return {static_cast<std::uint8_t>(rank), static_cast<std::uint16_t>(index),
          flipped ? MatchOutcome::flipped : MatchOutcome::matched};
}

/// Whether an allele's complement is among those it stands against.
bool is_ambiguous(const std::string& effect, const std::vector<std::string>& others) {
  if (!are_bases(effect)) return false;
  const std::string opposite = reverse_complement(effect);
  return opposite != effect && index_of(others, opposite) < others.size();
}

}  // namespace

Fit fit(const ScoreRow& row, const genotype::Variant& variant, const MatchRules& rules) {
  Fit found = fit_on_strand(row.effect, row.others, variant, false);
  if (found.rank == kNoFit && rules.flip && row.strand_matters && !row.others.empty() &&
      are_bases(row.effect)) {
    std::vector<std::string> others;
    for (const std::string& other : row.others) others.push_back(reverse_complement(other));
    found = fit_on_strand(reverse_complement(row.effect), others, variant, true);
  }
  if (found.rank == kNoFit) return found;
  if (variant.alleles.size() > 2 && !rules.keep_multiallelic) {
    found.outcome = MatchOutcome::multiallelic;
  } else if (row.strand_matters && !rules.keep_ambiguous &&
             is_ambiguous(row.effect, row.others.empty() ? variant.alleles : row.others)) {
    found.outcome = MatchOutcome::ambiguous;
  }
  return found;
}

Matcher::Matcher(const std::vector<ScoreFile>& files, const MatchRules& rules, bool keep_notes)
    : files_(files), rules_(rules), keep_notes_(keep_notes) {
  for (std::uint32_t file = 0; file < files.size(); ++file) {
    for (std::uint32_t row = 0; row < files[file].size(); ++row) {
      const std::uint64_t place = files[file].place(row);
      Match match{.file = file, .row = row};
      if (place == kNowhere) {
        match.outcome = MatchOutcome::no_position;
      } else {
        entries_.push_back({place, static_cast<std::uint32_t>(matches_.size())});
        has_ids_ = has_ids_ || (place >> 63) != 0;
      }
      matches_.push_back(match);
    }
  }
  const auto before = [](const Entry& a, const Entry& b) {
    return a.place != b.place ? a.place < b.place : a.match < b.match;
  };
  if (!std::is_sorted(entries_.begin(), entries_.end(), before)) {
    std::sort(entries_.begin(), entries_.end(), before);
  }
  if (keep_notes_) notes_.resize(matches_.size());
}

std::size_t Matcher::first_at(std::uint64_t place) {
  const auto below = [](const Entry& entry, std::uint64_t wanted) { return entry.place < wanted; };
  const auto at = [&](std::size_t i) { return entries_.begin() + static_cast<std::ptrdiff_t>(i); };
  std::size_t begin = 0;
  std::size_t end = entries_.size();
  if (cursor_ < entries_.size() && entries_[cursor_].place <= place) {
    begin = cursor_;
    std::size_t step = 1;
    while (begin + step < entries_.size() && entries_[begin + step].place < place) step *= 2;
    end = std::min(entries_.size(), begin + step + 1);
  }
  return static_cast<std::size_t>(std::lower_bound(at(begin), at(end), place, below) -
                                  entries_.begin());
}

void Matcher::offer(const genotype::Variant& variant, std::uint32_t number) {
  offer_at(place_of(variant.chromosome, variant.position), variant, number);
  if (!has_ids_) return;
  const std::size_t kept = cursor_;
  offer_at(place_of_id(variant.id), variant, number);
  cursor_ = kept;
}

void Matcher::offer_at(std::uint64_t place, const genotype::Variant& variant,
                       std::uint32_t number) {
  const std::size_t first = first_at(place);
  if (first < entries_.size()) cursor_ = first;
  for (std::size_t i = first; i < entries_.size() && entries_[i].place == place; ++i) {
    compare(entries_[i].match, variant, number);
  }
}

void Matcher::compare(std::uint32_t index, const genotype::Variant& variant, std::uint32_t number) {
  Match& match = matches_[index];
  const ScoreRow row = files_[match.file].row(match.row);
  // Places are hashes for names and odd chromosomes.
  const bool is_same =
      row.is_by_position ? row.chromosome == variant.chromosome && row.position == variant.position
                         : row.id == variant.id;
  if (!is_same) return;
  const Fit found = fit(row, variant, rules_);
  if (match.outcome == MatchOutcome::absent) match.outcome = MatchOutcome::other_alleles;
  if (found.rank == kNoFit ? match.rank == kNoFit : found.rank < match.rank) {
    if (keep_notes_) {
      notes_[index] = variant.id + " " + variant.alleles[0] + ">";
      for (std::size_t k = 1; k < variant.alleles.size(); ++k) {
        notes_[index] += (k > 1 ? "," : "") + variant.alleles[k];
      }
    }
  }
  if (found.rank == kNoFit || found.rank > match.rank) return;
  if (found.rank == match.rank) {
    if (!rules_.keep_first) match.outcome = MatchOutcome::duplicate_target;
    return;
  }
  match.rank = found.rank;
  match.allele = found.allele;
  match.variant = number;
  match.outcome = found.outcome;
}

std::vector<Match> Matcher::finish() {
  // Rows that met the same variant of the genotypes share its place.
  for (std::size_t begin = 0; begin < entries_.size();) {
    std::size_t end = begin + 1;
    while (end < entries_.size() && entries_[end].place == entries_[begin].place) ++end;
    if (end - begin > 1) drop_duplicates(begin, end);
    begin = end;
  }
  return std::move(matches_);
}

void Matcher::drop_duplicates(std::size_t begin, std::size_t end) {
  for (std::size_t i = begin; i < end; ++i) {
    const Match first = matches_[entries_[i].match];
    if (!first.is_used()) continue;
    bool is_doubled = false;
    for (std::size_t j = i + 1; j < end; ++j) {
      Match& second = matches_[entries_[j].match];
      if (second.file != first.file) break;  // entries of one place are in order of files
      if (!second.is_used() || second.variant != first.variant) continue;
      second.outcome = MatchOutcome::duplicate_score;
      is_doubled = true;
    }
    if (is_doubled && !rules_.keep_first) {
      matches_[entries_[i].match].outcome = MatchOutcome::duplicate_score;
    }
  }
}

}  // namespace galen::prs
