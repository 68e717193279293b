#pragma once
// Turns inputs and a question into the messages that the published prompts prescribe.

#include <cstddef>
#include <string>
#include <vector>

#include <galen/input.h>

#include "engine/engine.h"
#include "model/profile.h"

namespace galen::tasks {

struct Question {
  const std::vector<Input>& inputs;
  std::string text;
  std::string system;
  bool locate = false;
};

/// Order of the parts (spec A6): images, each with its caption, before the question; for one slide
/// alone the question stands before its patches. Records and texts stand in front, cut to
/// `record_characters` each. Throws unsupported for images without a vision tower, or boxes without
/// a localisation prompt.
[[nodiscard]] std::vector<engine::Message> build_messages(const Question& question,
                                                          const model::Profile& profile,
                                                          std::size_t record_characters);

/// True when an input is text whose length build_messages can shorten.
[[nodiscard]] bool has_records(const std::vector<Input>& inputs);

}  // namespace galen::tasks
