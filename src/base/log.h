#pragma once
// One line per event to stderr. Never patient data: log counts, sizes, kinds, model names.

#include <string>

namespace galen {

enum class LogLevel { quiet, warning, info, debug };

/// Process-wide; the library itself logs nothing below warning unless asked. Thread-safe.
void set_log_level(LogLevel level);
void log_warning(const std::string& message);
void log_info(const std::string& message);
void log_debug(const std::string& message);

}  // namespace galen
