#pragma once
// Codes of words that reports use, and what a sentence says of them.

#include <optional>
#include <string_view>
#include <vector>

#include <galen/report.h>

namespace galen::tasks {

/// SNOMED CT's code of an anatomical structure, whatever its side: "right clavicle" gives Clavicle.
[[nodiscard]] std::optional<Code> structure_code(std::string_view name);

/// The side that words name.
[[nodiscard]] Laterality laterality_of(std::string_view words);

/// The sentences of a text as findings: one for each coded term of a sentence, with site, side and
/// certainty as its clause says ("No pneumothorax", "possible left effusion"); one without a code
/// for a sentence without such a term. Rules of English, no model.
[[nodiscard]] std::vector<ReportFinding> coded_findings(std::string_view text);

}  // namespace galen::tasks
