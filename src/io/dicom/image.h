#pragma once

#include <filesystem>

#include <galen/dicom_image.h>

#include "io/dicom/dataset.h"

namespace galen::dicom {

/// One instance with all its frames: modality LUT applied, window read but not applied. Throws
/// not_found, unsupported (no image, a slide, a transfer syntax that is not read), malformed,
/// limit_exceeded beyond kMaxImagePixels over all frames.
[[nodiscard]] DicomImage read_dicom_image(const std::filesystem::path& path);
[[nodiscard]] DicomImage read_dicom_image(const Dataset& dataset);

}  // namespace galen::dicom
