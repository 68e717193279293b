#pragma once
// The message that shows a part's patches to a model.

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "model/profile.h"
#include "tasks/report/patch_plan.h"

namespace galen::tasks {

/// The words around the images. "{slide}" in the marker stands for the slide's number.
struct PartPrompt {
  std::string before;  ///< in front of the images; may be empty
  std::string marker;  ///< in front of each slide's images; may be empty
  std::string after;
};

/// From the profile's "pathology.before", "pathology.slide_marker" and "pathology.report", of which
/// the last is MedGemma 1.5's published prompt unless the profile says otherwise; `own` takes its
/// place. "{type_procedure}" stands for the specimen.
[[nodiscard]] PartPrompt part_prompt(const model::Profile& profile, const std::string& own,
                                     const std::string& specimen);

/// How many tokens a patch takes.
struct PatchTokens {
  int per_cell = 0;  ///< soft tokens of one patch, or of `group` x `group` neighbours
  int group = 1;
  int cells = 1;  ///< that one run of soft tokens holds
};

/// `per_patch`: a square number up to `per_image`, 1/4 or 1/16; 0 = `per_image`. Throws
/// invalid_argument naming --tokens-per-patch.
[[nodiscard]] PatchTokens patch_tokens(double per_patch, int per_image);

/// Gives the image of a patch of a slide when the engine wants it.
using DeferPatch = std::function<engine::DeferredImage(std::size_t slide, const vision::Patch&)>;

/// Units of each slide, in the order of the slides. A slide without units has no marker.
[[nodiscard]] engine::Message part_message(const PartPrompt& prompt, const PatchTokens& tokens,
                                           const std::vector<std::vector<PatchUnit>>& slides,
                                           const DeferPatch& defer);

}  // namespace galen::tasks
