#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/json.h"

namespace galen::cli {

/// One line of a batch: {"question": ..., "image": PATH or "inputs": [PATH, ...] (also "images"),
/// "options": [...]}; paths are relative to the file's folder, the last two are optional.
struct BatchQuestion {
  std::vector<std::string> inputs;
  std::string question;
  std::vector<std::string> choices;  ///< "options" with a capital first letter, as sentences begin
  OrderedJson line;                  ///< as it stands, with all its fields
};

/// Throws not_found, malformed with the line's number, limit_exceeded beyond 64 MiB.
[[nodiscard]] std::vector<BatchQuestion> read_batch(const std::filesystem::path& file);

}  // namespace galen::cli
