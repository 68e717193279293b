#pragma once

#include <string_view>
#include <vector>

#include <galen/report.h>

namespace galen::tasks {

/// A radiology report split at its headings: "FINDINGS:" anywhere in capitals, or any case at the
/// start of a line, Markdown or not. What stands in front of the first heading is under `first`.
/// Sections without text are left out; of one title there is one section.
[[nodiscard]] std::vector<ReportSection> sections_of(std::string_view text, std::string_view first);

}  // namespace galen::tasks
