#pragma once
// What differs between MedGemma 1, MedGemma 1.5 and plain Gemma 3: CT windows, thinking, prompts.

#include <map>
#include <string>

#include "model/profile.h"

namespace galen::model {

/// Fills windows, thinking, limits, licence and prompts from what the name of the model says, e.g.
/// "medgemma-1.5-4b-it" (spec of the model cards and reports, arXiv 2507.05201 and 2604.05081).
void apply_generation(Profile& profile, const std::string& name);

/// The words of the published notebooks and reports by task, for models that bring none of their
/// own; {braces} are filled by the task.
[[nodiscard]] std::map<std::string, std::string> published_prompts();

}  // namespace galen::model
