#pragma once

#include <string>

namespace galen::cli {

/// "galen 0.1.0" and the compute backends of this build, a line each.
[[nodiscard]] std::string version_text();

}  // namespace galen::cli
