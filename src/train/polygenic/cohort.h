#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include <galen/prs.h>

#include "train/probe/matrix.h"

namespace galen::train {

/// What of a table of people is read.
struct CohortColumns {
  std::vector<std::string> demographics;  ///< numbers, or words of which there are two
  std::vector<std::string> outcomes;      ///< 1, 0, or empty or NA where it is not known
};

/// People with polygenic scores, demographics and outcomes.
struct Cohort {
  std::vector<std::string> people;
  std::vector<std::string> splits;
  std::vector<std::string> demographics;   ///< in words, "age: 61.2, sex: female"
  Matrix demographic_values;               ///< people x demographics; two words are 0 and 1
  std::vector<std::vector<int>> outcomes;  ///< of each outcome: 1, 0, or -1 where not known
  ScoreTable scores;                       ///< in the order of `people`

  /// People of a split of whom the outcome is known.
  [[nodiscard]] std::vector<std::size_t> rows(const std::string& split, std::size_t outcome) const;
  /// people x (scores and demographics).
  [[nodiscard]] Matrix features() const;
};

/// Joins a table of people (CSV or JSONL: IID, split, demographics, outcomes) with scores that
/// `galen prs score` wrote. People without scores are left out. Throws not_found, malformed;
/// invalid_argument naming the column, and when nobody is in both.
[[nodiscard]] Cohort read_cohort(const std::filesystem::path& people,
                                 const std::filesystem::path& scores, const CohortColumns& columns);

}  // namespace galen::train
