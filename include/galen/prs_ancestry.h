#pragma once
// Scores beside those of a reference panel: principal components of the panel, the population most
// alike, and scores freed of what ancestry explains (the Z_norm columns of pgsc_calc).

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include <galen/prs.h>

namespace galen {

struct AncestryInputs {
  PrsInputs people;                              ///< the people to score, and the scores
  std::vector<std::filesystem::path> reference;  ///< genotypes of the panel
  std::filesystem::path populations;             ///< table of the panel: IID and population
  std::size_t components = 10;                   ///< that similarity is judged by
  std::size_t adjust_components = 4;             ///< that scores are adjusted for
};

/// One score of one person among the panel.
struct AdjustedScore {
  double percentile = 0;    ///< among the most similar population, 0 to 100
  double z_population = 0;  ///< by that population's mean and standard deviation
  /// Minus what the components predict, by the standard deviation left in the panel
  /// (doi:10.1161/CIRCULATIONAHA.118.035658).
  double z_norm1 = 0;
  /// ... by the standard deviation that the components predict
  /// (doi:10.1038/s41591-022-01869-1), a gamma regression with logarithmic link.
  double z_norm2 = 0;
};

struct AncestryTable {
  ScoreTable scores;         ///< of the people, by the variants that the panel has, too
  std::size_t variants = 0;  ///< behind the components
  std::size_t components = 0;
  std::vector<double> coordinates;      ///< people x components
  std::vector<std::string> population;  ///< most similar, of each person
  std::vector<double> distance;         ///< Mahalanobis, to that population's middle
  std::vector<AdjustedScore> adjusted;  ///< people x scores
};

/// Scores the people and the panel by the variants that both have, finds the panel's components on
/// common, unlinked variants that both have (autosomes, two bases, not ambiguous, frequency from
/// 5 %, r2 below 0.2 within 1 Mb, at most 50,000), and projects the people onto them. Throws as
/// score_people, and invalid_argument: a panel of too few people or variants, a population with
/// fewer than 10.
[[nodiscard]] AncestryTable score_with_ancestry(const AncestryInputs& inputs);

/// write_scores' lines with percentile_MostSimilarPop, Z_MostSimilarPop, Z_norm1 and Z_norm2.
void write_adjusted_scores(const std::filesystem::path& path, const AncestryTable& table);
/// IID, MostSimilarPop, distance, PC1 and so on.
void write_components(const std::filesystem::path& path, const AncestryTable& table);

}  // namespace galen
