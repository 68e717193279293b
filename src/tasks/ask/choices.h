#pragma once

#include <span>
#include <string>

namespace galen::tasks {

/// A GBNF grammar whose texts are exactly `choices`, after at most one space. Throws
/// invalid_argument for an empty choice.
[[nodiscard]] std::string grammar_of_choices(std::span<const std::string> choices);

}  // namespace galen::tasks
