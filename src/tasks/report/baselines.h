#pragma once
// What PolyPath is compared with: models that see one slide at a time.

#include <filesystem>
#include <vector>

#include <galen/reporter.h>

#include "engine/engine.h"

namespace galen::tasks {

/// SS-Random: the report of one slide, drawn by seed from those with tissue.
[[nodiscard]] Report random_slide_report(engine::Engine& engine,
                                         const std::vector<std::filesystem::path>& slides,
                                         const PathologyOptions& options);

/// SS-LLM: a text for each slide; the language model then merges the clinically most significant
/// ones, seeing the texts only; slides without tissue have none. Words from the profile's
/// "pathology.merge", where "{texts}" stands for the numbered texts. One text needs no merging.
[[nodiscard]] Report merged_slides_report(engine::Engine& engine,
                                          const std::vector<std::filesystem::path>& slides,
                                          const PathologyOptions& options);

}  // namespace galen::tasks
