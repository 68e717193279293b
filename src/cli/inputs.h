#pragma once
// Inputs as the user names them: files, folders and "-".

#include <string>
#include <vector>

#include <galen/input.h>

namespace galen::cli {

/// Opens one name; "-" reads a file of any supported kind from standard input.
[[nodiscard]] std::vector<Input> open_named(const std::string& name, const InputOptions& options);

/// Everything on standard input as text. Throws limit_exceeded.
[[nodiscard]] std::string read_standard_input_text();

}  // namespace galen::cli
