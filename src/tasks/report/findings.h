#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <galen/report.h>

namespace galen::tasks {

/// Without blanks around it.
[[nodiscard]] std::string trimmed_text(std::string_view text);

/// The lines of a diagnosis, without bullets and numbers in front; a line that ends with a colon is
/// a heading (usually tissue and procedure), not a finding.
[[nodiscard]] std::vector<ReportFinding> findings_of(std::string_view diagnosis);

}  // namespace galen::tasks
