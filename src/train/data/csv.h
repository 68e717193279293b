#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace galen::train {

/// The rows of a CSV text (RFC 4180: quoted fields may hold commas, line ends and doubled quotes;
/// lines end in LF or CRLF; a byte order mark is skipped; blank lines are left out). Throws
/// malformed, calling the file `name`, for a quote that is not closed.
[[nodiscard]] std::vector<std::vector<std::string>> parse_csv(std::string_view text,
                                                              const std::string& name);

}  // namespace galen::train
