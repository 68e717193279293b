#pragma once

#include <string_view>

namespace galen::eval {

struct RougeScore {
  double precision = 0;
  double recall = 0;
  double f1 = 0;
};

/// ROUGE-L of the package rouge-score without stemming: the longest common subsequence of the
/// tokens [a-z0-9]+ of the lower-cased texts, over the candidate's tokens (precision) and the
/// reference's (recall). All 0 when either has no token. Letters outside ASCII separate tokens.
[[nodiscard]] RougeScore rouge_l(std::string_view candidate, std::string_view reference);

}  // namespace galen::eval
