#include "eval/metrics/rouge.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "eval/metrics/words.h"

namespace galen::eval {
namespace {

std::size_t common_subsequence(const std::vector<std::string>& a,
                               const std::vector<std::string>& b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (const std::string& token : a) {
    std::size_t diagonal = 0;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t above = row[j + 1];
      row[j + 1] = token == b[j] ? diagonal + 1 : std::max(above, row[j]);
      diagonal = above;
    }
  }
  return row.back();
}

}  // namespace

RougeScore rouge_l(std::string_view candidate, std::string_view reference) {
  const std::vector<std::string> ours = words_of(candidate);
  const std::vector<std::string> theirs = words_of(reference);
  const auto common = static_cast<double>(common_subsequence(ours, theirs));
  if (common == 0) return {};
  const double precision = common / static_cast<double>(ours.size());
  const double recall = common / static_cast<double>(theirs.size());
  return {precision, recall, 2 * precision * recall / (precision + recall)};
}

}  // namespace galen::eval
