#pragma once
// The words and forms of the agent's steps: those of the published EHR navigator notebook, with
// dates, reference look-up, a calculator and further requests added.

#include <span>
#include <string>
#include <vector>

#include "io/fhir/source.h"
#include "tasks/chat/chat_model.h"
#include "tasks/ehr/resource_view.h"

namespace galen::tasks {

/// What every step is told first.
struct CaseHead {
  std::string patient;  ///< patient_line
  std::string today;
  std::string question;
};

/// The manifest in words, cut to `max_bytes`: the most used codes of each type.
[[nodiscard]] std::string manifest_text(const std::vector<fhir::TypeUse>& manifest,
                                        std::size_t max_bytes);

[[nodiscard]] ChatRequest choose_request(const CaseHead& head, const std::string& manifest,
                                         const std::vector<fhir::TypeUse>& types);
[[nodiscard]] ChatRequest resource_request(const CaseHead& head, const fhir::TypeUse& type);
/// `resources` as shown; `names` of them, which a fact may name.
[[nodiscard]] ChatRequest facts_request(const CaseHead& head, const std::string& resources,
                                        std::span<const std::string> names);
[[nodiscard]] ChatRequest next_request(const CaseHead& head, const std::string& facts,
                                       const std::string& done,
                                       const std::vector<fhir::TypeUse>& types,
                                       std::span<const SeenReference> references);
[[nodiscard]] ChatRequest answer_request(const CaseHead& head, const std::string& facts);

}  // namespace galen::tasks
