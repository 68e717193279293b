#pragma once

#include <string>
#include <string_view>

namespace galen::tasks {

/// A prompt with the first `slot` ("{outcome}") in it replaced by `value`; without one as it is.
[[nodiscard]] inline std::string fill_slot(std::string prompt, std::string_view slot,
                                           std::string_view value) {
  const auto at = prompt.find(slot);
  return at == std::string::npos ? prompt : prompt.replace(at, slot.size(), value);
}

}  // namespace galen::tasks
