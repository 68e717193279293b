#pragma once

#include <vector>

#include <galen/deid.h>

#include "io/dicom/edit.h"

namespace galen::deid {

/// Makes regions of every frame black. Plain pixels are changed in place; compressed, packed and
/// subsampled ones are decoded, and the image is plain afterwards. Gives the transfer syntax to
/// write it with, or an empty string when that stays. Throws as FrameReader; unsupported for
/// floating point, and for packed or subsampled pixels in big endian.
[[nodiscard]] std::string blank_regions(dicom::EditItem& root, const dicom::Dataset& dataset,
                                        const std::vector<PixelRegion>& regions);

}  // namespace galen::deid
