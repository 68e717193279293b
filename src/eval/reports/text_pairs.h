#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace galen::eval {

/// What a laboratory wrote about a specimen part, and what a model did.
struct TextPair {
  std::string case_name;
  std::string part;
  std::string specimen;
  int slides = 1;  ///< that the part has
  std::string original;
  std::string generated;

  /// "case/part".
  [[nodiscard]] std::string name() const { return case_name + "/" + part; }
};

/// A CSV or JSONL with the columns case, part and original; generated and slides, and perhaps
/// specimen, from its columns or, when `reports` names a folder, from the JSON files that `galen
/// report --out` wrote there, matched by case and part. Throws not_found, malformed;
/// invalid_argument for a part listed twice, without a report, or with an empty text.
[[nodiscard]] std::vector<TextPair> read_text_pairs(const std::filesystem::path& list,
                                                    const std::filesystem::path& reports);

}  // namespace galen::eval
