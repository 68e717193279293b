#pragma once
// Finds the variants of scoring files among those of the genotypes, after pgsc_calc's rules.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <galen/prs.h>

#include "io/genotype/genotype.h"
#include "tasks/prs/score_file.h"

namespace galen::prs {

/// What was found for one variant of a scoring file.
struct Match {
  std::uint32_t file = 0;
  std::uint32_t row = 0;
  std::uint32_t variant = 0;  ///< number among the genotypes, from 0
  std::uint16_t allele = 0;   ///< of the variant: the effect allele
  std::uint8_t rank = 255;    ///< how good the fit is, 0 best
  MatchOutcome outcome = MatchOutcome::absent;

  [[nodiscard]] bool is_used() const {
    return outcome == MatchOutcome::matched || outcome == MatchOutcome::flipped;
  }
};

/// How well one variant of the genotypes fits one of a score; smaller ranks are better. Outcomes
/// other than matched and flipped say why it is not used. 255 = other alleles.
struct Fit {
  std::uint8_t rank = 255;
  std::uint16_t allele = 0;
  MatchOutcome outcome = MatchOutcome::other_alleles;
};

[[nodiscard]] Fit fit(const ScoreRow& row, const genotype::Variant& variant,
                      const MatchRules& rules);

class Matcher {
 public:
  /// Keeps references to both. `keep_notes` remembers what stood at each place, for a log.
  Matcher(const std::vector<ScoreFile>& files, const MatchRules& rules, bool keep_notes = false);

  /// Compares the variant with number `number` of the genotypes with every score.
  void offer(const genotype::Variant& variant, std::uint32_t number);

  /// The matches in the order of files and rows, duplicates settled. Call once.
  [[nodiscard]] std::vector<Match> finish();
  /// "rs1 G>A" of the row that `matches[i]` was compared with last; empty without keep_notes.
  [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }

 private:
  struct Entry {
    std::uint64_t place;
    std::uint32_t match;
  };
  void offer_at(std::uint64_t place, const genotype::Variant& variant, std::uint32_t number);
  void compare(std::uint32_t match, const genotype::Variant& variant, std::uint32_t number);
  [[nodiscard]] std::size_t first_at(std::uint64_t place);
  void drop_duplicates(std::size_t begin, std::size_t end);

  const std::vector<ScoreFile>& files_;
  MatchRules rules_;
  std::vector<Match> matches_;
  std::vector<Entry> entries_;  ///< by place
  std::size_t cursor_ = 0;      ///< entry at or after the last place: files come in order
  bool has_ids_ = false;
  bool keep_notes_;
  std::vector<std::string> notes_;
};

}  // namespace galen::prs
