#pragma once

#include <cstdint>
#include <string>

namespace galen::dicom {

/// The VR of a standard attribute by PS3.6, "US" for one of several. Empty when the dictionary does
/// not know it. Thread-safe.
[[nodiscard]] std::string dictionary_vr(std::uint16_t group, std::uint16_t element);

}  // namespace galen::dicom
