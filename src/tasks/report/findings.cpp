#include "tasks/report/findings.h"

#include <algorithm>

namespace galen::tasks {
namespace {

constexpr std::string_view kBlank = " \t\r\n";
constexpr std::string_view kDigits = "0123456789";

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
  return text.substr(0, text.find_last_not_of(kBlank) + 1);
}

/// The line without "- ", "* ", "3. " or "3) " in front.
std::string_view without_bullet(std::string_view line) {
  if (line.starts_with("- ") || line.starts_with("* ")) return trimmed(line.substr(2));
  const std::size_t digits = std::min(line.find_first_not_of(kDigits), line.size());
  const std::string_view rest = line.substr(digits);
  const bool is_number = digits > 0 && (rest.starts_with(". ") || rest.starts_with(") "));
  return is_number ? trimmed(rest.substr(2)) : line;
}

}  // namespace

std::string trimmed_text(std::string_view text) {
  return std::string(trimmed(text));
}

std::vector<ReportFinding> findings_of(std::string_view diagnosis) {
  std::vector<ReportFinding> findings;
  while (!diagnosis.empty()) {
    const std::size_t end = std::min(diagnosis.find('\n'), diagnosis.size());
    const std::string_view line = without_bullet(trimmed(diagnosis.substr(0, end)));
    if (!line.empty() && !line.ends_with(':')) findings.push_back({std::string(line)});
    diagnosis.remove_prefix(std::min(end + 1, diagnosis.size()));
  }
  return findings;
}

}  // namespace galen::tasks
