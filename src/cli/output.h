#pragma once
// Standard output and its failures; errors for the user.

#include <string>
#include <string_view>

#include "base/json.h"

namespace galen::cli {

/// The reader of standard output has gone away (`galen info ... | head -1`).
struct OutputClosed {};

/// Writes to standard output. Throws io (a full disk, say), OutputClosed.
void print(std::string_view text);
/// Writes out what print() buffered; same errors.
void flush_output();
/// "galen: error: MESSAGE", one line on standard error.
void report_error(std::string message);
/// Prints a JSON document, indented; bytes that are not UTF-8 are replaced.
void print_json(const OrderedJson& json);

}  // namespace galen::cli
