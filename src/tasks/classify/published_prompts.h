#pragma once

#include <string>
#include <vector>

#include <galen/classify.h>

namespace galen::tasks {

/// A built-in label set with the prompts of the MedSigLIP report.
struct PublishedPrompts {
  std::string name;
  std::vector<LabelGroup> groups;
};

/// "cxr": 13 findings, each absent or present (MedGemma report, Table A4); "fundus-dr": the five
/// severities of diabetic retinopathy.
[[nodiscard]] const std::vector<PublishedPrompts>& published_prompts();

}  // namespace galen::tasks
