#pragma once

#include <filesystem>
#include <string>

#include "tasks/deid/identifiers.h"

namespace galen::deid {

/// Reads a written file again and looks for what must not be there: in text word by word, in all
/// bytes (pixels, preamble, meta group) for dates, UIDs and long values. Gives the attributes that
/// hold some, as "(0008,1030)", or "the file's bytes"; empty when it is clean. Throws as Dataset.
[[nodiscard]] std::string find_leftovers(const std::filesystem::path& file,
                                         const Identifiers& originals);

}  // namespace galen::deid
