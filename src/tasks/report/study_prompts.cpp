#include "tasks/report/study_prompts.h"

#include <map>

#include "model/weights/generation.h"

namespace galen::tasks {
namespace {

const std::map<std::string, std::string> kOwn{
    {"ct.report",
     "write the radiology report of this CT. {indication} Describe the findings organ by organ "
     "under \"FINDINGS:\", then conclude under \"IMPRESSION:\"."},
    {"mr.report",
     "write the radiology report of this MRI. {indication} Describe the findings region by region "
     "under \"FINDINGS:\", then conclude under \"IMPRESSION:\"."},
    {"dermatology.report",
     "{indication} Describe this skin lesion: site, colour, border, surface and pattern. You may "
     "write out your argument before deciding on the most likely condition X in the format: \"The "
     "most likely diagnosis is: X\""},
    // Table A6 of arXiv 2507.05201.
    {"ophthalmology.report",
     "{indication} Given this fundus image, determine the most likely diabetic retinopathy (DR) "
     "stage present, even if you are unsure:\nA: No DR\nB: mild DR\nC: moderate DR\nD: severe "
     "DR\nE: proliferative DR\nYou may write out your argument before stating your final, very "
     "short, definitive, and concise answer (no more than a few words) and letter corresponding to "
     "your answer choice X in the format \"The most likely diagnosis is: X\":"},
    {"impression", "State the impression of this report in one to three short sentences."},
};

constexpr std::string_view kLabSchema = R"({
  "type": "array",
  "items": {
    "type": "object",
    "properties": {
      "name": {"type": "string"}, "result": {"type": "string"}, "unit": {"type": "string"},
      "range": {"type": "string"}, "panel": {"type": "string"}, "method": {"type": "string"},
      "specimen": {"type": "string"}, "sample_collection_time": {"type": "string"}
    },
    "required": ["name", "result", "unit", "range", "panel", "method", "specimen",
                 "sample_collection_time"],
    "additionalProperties": false
  }
})";

}  // namespace

model::Profile with_report_prompts(model::Profile profile) {
  profile.prompts.merge(model::published_prompts());
  profile.prompts.insert(kOwn.begin(), kOwn.end());
  return profile;
}

std::string prompt_with_indication(const model::Profile& profile, const std::string& task,
                                   const std::string& indication) {
  constexpr std::string_view kSlot = "{indication}";
  std::string prompt = profile.prompts.at(task);
  const auto at = prompt.find(kSlot);
  if (at == std::string::npos) return prompt;
  const bool drops_blank =
      indication.empty() && at + kSlot.size() < prompt.size() && prompt[at + kSlot.size()] == ' ';
  prompt.replace(at, kSlot.size() + (drops_blank ? 1 : 0), indication);
  return prompt;
}

std::string_view lab_schema() {
  return kLabSchema;
}

}  // namespace galen::tasks
