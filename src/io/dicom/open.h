#pragma once
// Which of Galen's inputs a DICOM file is.

#include <filesystem>
#include <string_view>

namespace galen::dicom {

/// The SOP class of whole-slide images (VL Whole Slide Microscopy Image Storage).
inline constexpr std::string_view kSlideSopClass = "1.2.840.10008.5.1.4.1.1.77.1.6";

/// True when `prefix` (the first 132 bytes or more of a file) is that of a DICOM file: "DICM" after
/// the preamble, or, for files without one, a first element of group 2 or 8 that makes sense.
[[nodiscard]] bool is_dicom(std::string_view prefix);

/// True for a readable DICOM file of the whole-slide SOP class; false for anything else.
[[nodiscard]] bool is_slide(const std::filesystem::path& path);

}  // namespace galen::dicom
