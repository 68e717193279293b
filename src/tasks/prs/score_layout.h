#pragma once
// What the columns of a scoring file are.

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tasks/prs/table_columns.h"

namespace galen::prs {

struct ScoreLayout {
  Separator separator = Separator::tab;
  Column id;
  Column chromosome;
  Column position;
  Column effect;
  Column other;
  Column inferred;  ///< the other allele, where the harmonisation worked it out
  Column dominant;
  Column recessive;
  std::vector<std::size_t> refused;  ///< flags of what is not a weighted sum of single variants
  std::vector<std::size_t> weights;  ///< ascending
  std::vector<std::string> names;    ///< of the weights
  std::string build;                 ///< of the positions; empty when the file does not say
  std::size_t first_row = 0;         ///< byte of the text
  std::size_t first_line = 1;        ///< its number
  std::size_t key_fields = 0;        ///< leading fields that hold everything but the weights
  std::vector<std::string> columns;  ///< names as in the file; empty without a header

  /// Rows are found by chromosome and position, not by name.
  [[nodiscard]] bool has_positions() const { return chromosome && position; }
};

/// Reads comment lines and the line of column names. Throws malformed when the columns needed are
/// not there, unsupported for weights per dosage.
[[nodiscard]] ScoreLayout read_score_layout(std::string_view text,
                                            const std::filesystem::path& path);

}  // namespace galen::prs
