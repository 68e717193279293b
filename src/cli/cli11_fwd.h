#pragma once
// CLI11 takes seconds to compile; our headers need only its names.

namespace CLI {  // NOLINT(readability-identifier-naming)
class App;
class FormatterBase;
class Option;
}  // namespace CLI
