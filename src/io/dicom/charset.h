#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace galen::dicom {

/// Text of a DICOM element as UTF-8. `charsets` are the values of SpecificCharacterSet (0008,0005;
/// PS3.3 C.12.1.1.2). What the set cannot hold, or a set that is not known, gives "?" for each byte
/// beyond ASCII.
[[nodiscard]] std::string to_utf8(std::string_view text, const std::vector<std::string>& charsets);

}  // namespace galen::dicom
