#pragma once

#include <string>
#include <string_view>

namespace galen::report {

/// UTF-8 as Windows-1252, the encoding of PDF's own fonts; "?" for what it lacks.
[[nodiscard]] std::string to_windows_1252(std::string_view text);

}  // namespace galen::report
