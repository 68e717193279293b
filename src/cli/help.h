#pragma once

#include <memory>

#include "cli/cli11_fwd.h"

namespace galen::cli {

/// Help with one word per value, and defaults and variables after the description.
[[nodiscard]] std::shared_ptr<CLI::FormatterBase> make_help_formatter();

}  // namespace galen::cli
