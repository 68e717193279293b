#pragma once

#include <string>
#include <vector>

namespace galen::tasks {

/// The references in a text, "Type/id", in the order of their first mention.
[[nodiscard]] std::vector<std::string> citations_in(const std::string& text);

}  // namespace galen::tasks
