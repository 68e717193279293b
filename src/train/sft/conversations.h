#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "model/chat/prompt.h"

namespace galen::train {

/// One line of a data set for supervised fine-tuning.
struct Conversation {
  std::vector<model::ChatMessage> messages;   ///< ends with an answer; marks index `images`
  std::vector<std::filesystem::path> images;  ///< files
  std::string group;                          ///< patient or slide; may be empty
  std::string split = "train";
};

/// Reads JSONL, one conversation a line: {"image": file | "images": [files], "messages": [{"role":
/// "system" | "user" | "assistant", "content": text}], "group", "split"}. Relative files are below
/// the data set's folder. "<image>" in a user's text marks the place of the next image; without any
/// mark the images stand before the first user's text.
/// @throws Error malformed naming the line and the field, not_found, limit_exceeded (2 GiB)
[[nodiscard]] std::vector<Conversation> read_conversations(const std::filesystem::path& path);

}  // namespace galen::train
