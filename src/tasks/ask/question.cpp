#include "tasks/ask/question.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <variant>

#include "base/raise.h"
#include "tasks/fill_slot.h"
#include "tasks/recipe.h"
#include "vision/view.h"

namespace galen::tasks {
namespace {

using engine::ImagePart;
using engine::Message;
using engine::Part;
using engine::Role;
using engine::TextPart;

bool is_slide(const Input& input) {
  return std::holds_alternative<std::shared_ptr<Slide>>(input.value);
}
bool is_volume(const Input& input) {
  return std::holds_alternative<Volume>(input.value);
}

std::string record_text(const Input& input, std::size_t characters) {
  if (const auto* record = std::get_if<Record>(&input.value)) {
    // The frame of the EHRQA evaluation (spec A6, v1 prompts).
    return "======= Patient EHR Data =======\n\n" + condensed_text(*record, characters) +
           "\n\n======= End Patient EHR Data =======\n\n";
  }
  const std::string& text = std::get<TextDocument>(input.value).text;
  std::size_t end = std::min(text.size(), characters);
  while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
    --end;
  return text.substr(0, end) + "\n\n";
}

bool is_text(const Input& input) {
  return std::holds_alternative<Record>(input.value) ||
         std::holds_alternative<TextDocument>(input.value);
}

/// The profile's prompt for `task` with `slot` replaced by `text`; `text` alone without such a
/// prompt.
std::string filled_prompt(const model::Profile& profile, const std::string& task,
                          std::string_view slot, const std::string& text) {
  const auto found = profile.prompts.find(task);
  if (found == profile.prompts.end()) return text;
  return fill_slot(found->second, slot, text);
}

std::string localisation_prompt(const model::Profile& profile, const std::string& query) {
  if (!profile.prompts.contains("localize")) {
    raise(ErrorKind::unsupported,
          "the model {} has no localisation prompt: its profile.json names none", profile.name);
  }
  // The published prompt asks for one structure; the user's own sentence takes the place of that
  // one.
  return filled_prompt(profile, "localize", "Where is the {object_name}?", query);
}

/// The instruction that stands before the slices of a volume; empty when the model has none.
std::string volume_instruction(const Input& input, const model::Profile& profile) {
  const auto* volume = std::get_if<Volume>(&input.value);
  if (volume == nullptr) return {};
  return filled_prompt(profile, volume->unit == VoxelUnit::hounsfield ? "ct.before" : "mri.before",
                       {}, {});
}

void append_views(const Input& input, const model::Profile& profile, std::vector<Part>& parts) {
  if (!profile.has_vision()) {
    raise(ErrorKind::unsupported,
          "{}: the model {} reads text only; name one with a vision tower by --model (galen models "
          "list)",
          input.path.string(), profile.name);
  }
  if (std::string instruction = volume_instruction(input, profile); !instruction.empty()) {
    parts.emplace_back(TextPart{std::move(instruction)});
  }
  for (vision::View& view : vision::make_views(input, recipe_of(profile))) {
    parts.emplace_back(ImagePart{std::move(view.pixels)});
    if (!view.caption.empty()) parts.emplace_back(TextPart{view.caption});
  }
}

}  // namespace

bool has_records(const std::vector<Input>& inputs) {
  return std::any_of(inputs.begin(), inputs.end(), is_text);
}

std::vector<Message> build_messages(const Question& question, const model::Profile& profile,
                                    std::size_t record_characters) {
  std::vector<Message> messages;
  if (!question.system.empty()) messages.push_back({Role::system, {TextPart{question.system}}});
  Message user{Role::user, {}};
  const std::string text =
      question.locate ? localisation_prompt(profile, question.text) : question.text;
  for (const Input& input : question.inputs) {
    if (is_text(input)) user.parts.emplace_back(TextPart{record_text(input, record_characters)});
  }
  const bool question_first = question.inputs.size() == 1 && is_slide(question.inputs.front());
  if (question_first) user.parts.emplace_back(TextPart{text});
  for (const Input& input : question.inputs) {
    if (!is_text(input)) append_views(input, profile, user.parts);
  }
  const bool after_slices = !question.inputs.empty() && is_volume(question.inputs.back());
  if (after_slices) {
    user.parts.emplace_back(TextPart{filled_prompt(profile, "ct.after", "{question}", text)});
  } else if (!question_first) {
    user.parts.emplace_back(TextPart{text});
  }
  messages.push_back(std::move(user));
  return messages;
}

}  // namespace galen::tasks
