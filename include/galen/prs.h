#pragma once
// Polygenic scores of people from their genotypes.
//
//   galen::PrsInputs inputs;
//   inputs.genotypes = {"chr22.vcf.gz"};
//   inputs.scores = {"PGS001229_hmPOS_GRCh37.txt.gz"};
//   const galen::ScoreTable table = galen::score_people(inputs);

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <galen/cancel.h>

namespace galen {

/// What became of one variant of a scoring file.
enum class MatchOutcome {
  matched,           ///< in the genotypes with the same alleles
  flipped,           ///< matched on the other strand
  no_position,       ///< the scoring file has no position for it (not harmonised)
  absent,            ///< nothing at its position, or no variant of its name
  other_alleles,     ///< something at its position, with other alleles
  ambiguous,         ///< A/T or C/G: the strand cannot be told
  multiallelic,      ///< the genotypes' row has more than two alleles
  duplicate_target,  ///< several rows of the genotypes fit equally well
  duplicate_score,   ///< several variants of the scoring file fit the same row
};
inline constexpr std::size_t kMatchOutcomes = 9;

/// A stable name, as "other_alleles", and one line of explanation.
[[nodiscard]] std::string_view match_outcome_name(MatchOutcome outcome);
[[nodiscard]] std::string_view match_outcome_text(MatchOutcome outcome);

/// Which variants count as the same, after pgsc_calc.
struct MatchRules {
  bool keep_ambiguous = false;     ///< match A/T and C/G as if on the same strand
  bool keep_multiallelic = false;  ///< use rows of more than two alleles
  bool flip = true;                ///< try the other strand where both alleles are known
  bool keep_first = false;         ///< of duplicates the first, instead of none
  /// Smallest share of a score's variants that must be matched for it to be computed.
  double min_overlap = 0.75;
};

struct PrsInputs {
  /// Files of the same people (one per chromosome, say): VCF, BCF, bed, BGEN or pgen.
  std::vector<std::filesystem::path> genotypes;
  /// PGS Catalog scoring files (harmonised or not, .gz or not), tables of positions, effect alleles
  /// and weights, or PLINK's --score files: name, allele, one or more weights.
  std::vector<std::filesystem::path> scores;
  std::filesystem::path keep;      ///< list of the people to read; empty = all
  std::filesystem::path sample;    ///< Oxford sample file of a BGEN without names
  std::string vcf_field = "auto";  ///< "auto" (DS, then GP, then GT), "GT", "DS" or "GP"
  std::string build;               ///< of the genotypes, where they do not tell; "" = unknown
  MatchRules rules;
  int threads = 0;  ///< 0 = all cores
  const CancelToken* cancel = nullptr;
};

/// How much of one scoring file was found.
struct ScoreOverlap {
  std::string file;
  std::vector<std::string> names;  ///< of its scores
  std::size_t variants = 0;
  std::size_t used = 0;  ///< matched or flipped
  std::array<std::size_t, kMatchOutcomes> outcomes{};
  bool passes = false;  ///< used / variants >= min_overlap
  std::string warning;  ///< empty when there is nothing to say

  [[nodiscard]] double share() const {
    return variants == 0 ? 0 : static_cast<double>(used) / static_cast<double>(variants);
  }
};

/// Matches without scoring. With `log`, writes one line per variant of every scoring file there
/// (tab-separated; why it was dropped). Throws not_found, malformed, unsupported (interactions,
/// haplotypes), invalid_argument (a score of another genome build; two scores of one name).
[[nodiscard]] std::vector<ScoreOverlap> match_scores(const PrsInputs& inputs,
                                                     const std::filesystem::path& log = {});

/// Scores of people. A missing call counts as the mean of the others, as in `plink2 --score`.
struct ScoreTable {
  std::vector<std::string> people;
  std::vector<std::string> scores;     ///< those whose overlap passes
  std::vector<double> sums;            ///< people x scores
  std::vector<double> denominators;    ///< of each score: two alleles per variant used
  std::vector<ScoreOverlap> overlaps;  ///< of every scoring file, also those that do not pass

  [[nodiscard]] double sum(std::size_t person, std::size_t score) const {
    return sums[person * scores.size() + score];
  }
};

/// Matches and scores in two passes over the genotypes, with memory for the people times the scores
/// and some hundred variants. Throws as match_scores, and invalid_argument when no score passes.
[[nodiscard]] ScoreTable score_people(const PrsInputs& inputs);

/// Weights from an association study by clumping and p-value thresholds.
struct ClumpInputs {
  std::filesystem::path statistics;  ///< table with variant, A1, BETA or OR, P or LOG10P
  PrsInputs reference;               ///< its genotypes tell which variants go together
  std::vector<double> thresholds = {5e-8, 1e-5, 1e-2};
  double r2 = 0.1;                ///< variants that correlate this much are of one clump ...
  std::int64_t window = 250'000;  ///< ... when no more base pairs apart
  std::string trait;              ///< empty = the file's name
};

/// The variant with the smallest p-value of its clump.
struct ClumpedVariant {
  std::string chromosome;  ///< empty where the statistics tell names only
  std::int64_t position = 0;
  std::string id;
  std::string effect_allele;
  std::string other_allele;  ///< empty when unknown
  double weight = 0;
  double p = 1;
  std::size_t clump_size = 0;  ///< variants, itself included
};

struct ClumpResult {
  std::string trait;
  std::vector<double> thresholds;  ///< ascending
  std::size_t rows = 0;            ///< of the statistics
  std::size_t below = 0;           ///< with p up to the largest threshold
  std::size_t matched = 0;         ///< of these in the reference
  std::vector<ClumpedVariant> variants;
};

/// Throws not_found, malformed, invalid_argument (nothing in the reference), out_of_memory.
[[nodiscard]] ClumpResult clump(const ClumpInputs& inputs);

/// "TRAIT@5e-08", the name of a trait's score at one threshold.
[[nodiscard]] std::string threshold_score_name(const std::string& trait, double threshold);

/// A scoring file with one weight per threshold: TRAIT@5e-08 and so on, 0 where p is above it.
void write_clumped(const std::filesystem::path& path, const ClumpResult& result);

enum class ScoreLayout {
  lines,   ///< one line per person and score: IID, PGS, SUM, DENOM, AVG (as pgsc_calc)
  columns  ///< one line per person: IID, then NAME_SUM and NAME_AVG of each score (as plink2)
};

/// Writes scores as tab-separated text that appears when complete. Throws invalid_argument when
/// there are not as many sums or denominators as people and scores want; io, permission, not_found.
void write_scores(const std::filesystem::path& path, const ScoreTable& table, ScoreLayout layout);

}  // namespace galen
