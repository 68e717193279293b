#pragma once

#include <string_view>

namespace galen::model {

/// UTF-8 text without the white space at its ends, where white space is what Python's str.strip,
/// and so the published template's `trim`, takes for it.
[[nodiscard]] std::string_view trimmed(std::string_view text);

}  // namespace galen::model
