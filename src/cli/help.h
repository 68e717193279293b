#pragma once

#include <memory>

namespace CLI {
class FormatterBase;
}

namespace galen::cli {

/// Help with one word per value, and defaults and variables after the description.
[[nodiscard]] std::shared_ptr<CLI::FormatterBase> make_help_formatter();

}  // namespace galen::cli
