#pragma once

#include <vector>

#include <galen/dicom_image.h>

#include "vision/view.h"

namespace galen::vision {

/// The frame that stands for an instance of several frames that are not slices (a cine loop): the
/// middle one. RGB or grey, 8 or 16 bits, at its own size; radiographs (CR, DX) as the serving code
/// makes them, other grey modalities through the file's VOI window where it has one.
[[nodiscard]] Image dicom_picture(const DicomImage& dicom, const ViewRecipe& recipe);

/// CT and MR: the frames as slices. Others: the one picture above.
[[nodiscard]] std::vector<View> dicom_views(const DicomImage& dicom, const ViewRecipe& recipe);

}  // namespace galen::vision
