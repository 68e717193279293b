#include "tasks/report/part_message.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "base/raise.h"
#include "tasks/fill_slot.h"

namespace galen::tasks {
namespace {

// MedGemma 1.5's report prompt (technical report, arXiv 2604.05081).
constexpr std::string_view kPublishedPrompt =
    "Provide a brief diagnostic text for the set of pathology patches extracted from a pathology "
    "slide. Consider the tissue type and procedure (below) when deciding what to include in the "
    "diagnostic text.\n{type_procedure}";

std::string prompt_of(const model::Profile& profile, const std::string& task,
                      std::string_view otherwise) {
  const auto found = profile.prompts.find(task);
  return found == profile.prompts.end() ? std::string(otherwise) : found->second;
}

engine::MosaicPart mosaic(const std::vector<PatchUnit>& units, std::size_t begin, std::size_t end,
                          int tokens_per_cell,
                          const std::function<engine::DeferredImage(const vision::Patch&)>& defer) {
  engine::MosaicPart part;
  part.tokens_per_cell = tokens_per_cell;
  for (std::size_t i = begin; i < end; ++i) {
    auto& cell = part.cells.emplace_back();
    for (const vision::Patch& patch : units[i]) cell.push_back(defer(patch));
  }
  return part;
}

}  // namespace

PartPrompt part_prompt(const model::Profile& profile, const std::string& own,
                       const std::string& specimen) {
  PartPrompt prompt;
  prompt.before =
      fill_slot(prompt_of(profile, "pathology.before", {}), "{type_procedure}", specimen);
  prompt.marker = prompt_of(profile, "pathology.slide_marker", {});
  prompt.after =
      fill_slot(own.empty() ? prompt_of(profile, "pathology.report", kPublishedPrompt) : own,
                "{type_procedure}", specimen);
  return prompt;
}

PatchTokens patch_tokens(double per_patch, int per_image) {
  if (per_patch == 0) return {per_image, 1, 1};
  if (per_patch == 1.0 / 4) return {1, 2, per_image};
  if (per_patch == 1.0 / 16) return {1, 4, per_image};
  const double side = std::round(std::sqrt(std::max(per_patch, 0.0)));
  if (side < 1 || side * side != per_patch || per_patch > per_image) {
    raise(
        ErrorKind::invalid_argument,
        "--tokens-per-patch {}: use a square number up to the model's {} for an image, 1/4 or 1/16",
        per_patch, per_image);
  }
  const int tokens = static_cast<int>(per_patch);
  return {tokens, 1, per_image / tokens};
}

engine::Message part_message(const PartPrompt& prompt, const PatchTokens& tokens,
                             const std::vector<std::vector<PatchUnit>>& slides,
                             const DeferPatch& defer) {
  engine::Message message{engine::Role::user, {}};
  if (!prompt.before.empty()) message.parts.emplace_back(engine::TextPart{prompt.before});
  for (std::size_t slide = 0; slide < slides.size(); ++slide) {
    const std::vector<PatchUnit>& units = slides[slide];
    if (units.empty()) continue;
    if (!prompt.marker.empty()) {
      message.parts.emplace_back(
          engine::TextPart{fill_slot(prompt.marker, "{slide}", std::to_string(slide + 1))});
    }
    const auto step = static_cast<std::size_t>(tokens.cells);
    for (std::size_t begin = 0; begin < units.size(); begin += step) {
      message.parts.emplace_back(
          mosaic(units, begin, std::min(begin + step, units.size()), tokens.per_cell,
                 [&](const vision::Patch& patch) { return defer(slide, patch); }));
    }
  }
  message.parts.emplace_back(engine::TextPart{prompt.after});
  return message;
}

}  // namespace galen::tasks
