#pragma once
// Results of an association study: a table with one line per variant.

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tasks/prs/score_file.h"
#include "tasks/prs/text_file.h"

namespace galen::prs {

struct SummaryRow {
  ScoreRow variant;
  double weight = 0;  ///< change of the outcome (log odds) per copy of the effect allele
  double p = 1;
};

struct SummaryStatistics {
  std::string name;                ///< file name without extensions
  std::unique_ptr<TextFile> file;  ///< the ids of the rows point into it
  std::vector<SummaryRow> rows;
  std::size_t rows_read = 0;
};

/// The rows with p up to `max_p`, without p = NA. Columns by the names that GWAS-SSF, plink, plink2
/// and regenie use: BETA or OR (its logarithm is taken), P or LOG10P (its negative logarithm), A1
/// or ALLELE1 as the effect allele; rows of a TEST other than ADD are skipped. Plain or .gz. Throws
/// not_found, malformed (naming the columns that lack, or the line).
[[nodiscard]] SummaryStatistics read_summary_statistics(const std::filesystem::path& path,
                                                        double max_p);

}  // namespace galen::prs
