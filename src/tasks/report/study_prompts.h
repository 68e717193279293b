#pragma once
// What a model is asked for a report on a study.

#include <string>
#include <string_view>

#include "model/profile.h"

namespace galen::tasks {

/// The profile with the published prompts, and this project's own where none is published, in place
/// of those it lacks: "report", "longitudinal", "localize", "document", "ct.before", "ct.after" as
/// published; "ct.report", "mr.report", "dermatology.report", "ophthalmology.report", "impression"
/// are ours (the ophthalmology grading is MedGemma's evaluation prompt).
[[nodiscard]] model::Profile with_report_prompts(model::Profile profile);

/// The prompt `task` with {indication} filled; of an empty indication no blank is left.
[[nodiscard]] std::string prompt_with_indication(const model::Profile& profile,
                                                 const std::string& task,
                                                 const std::string& indication);

/// JSON Schema of the answer to "document".
[[nodiscard]] std::string_view lab_schema();

}  // namespace galen::tasks
