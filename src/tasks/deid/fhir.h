#pragma once
// FHIR R4 resources by HIPAA Safe Harbor (45 CFR 164.514(b)(2)).

#include <string>
#include <string_view>

#include "tasks/deid/dataset.h"

namespace galen::deid {

struct FhirResult {
  std::string text;  ///< JSON, or NDJSON when that came in
  Tally tally;       ///< by path of the element, as "Patient.name"
};

/// A resource, a Bundle or NDJSON. Kept are codes, quantities, states and references; dates become
/// years, or are shifted, or stay by `profile.dates`; addresses keep country, state and the first
/// three digits of the ZIP code where more than 20,000 people share them; ages over 89 become 90.
/// Everything else that is text goes. Ids are remapped, and references with them. Throws
/// malformed, limit_exceeded, unsupported (something of the original is left).
[[nodiscard]] FhirResult deidentify_fhir(std::string_view text, const DeidProfile& profile,
                                         const Pseudonyms& pseudonyms, const std::string& name);

}  // namespace galen::deid
