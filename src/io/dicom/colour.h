#pragma once

#include <galen/image.h>

namespace galen::dicom {

/// Which values luminance and chrominance take (PS3.3 C.7.6.3.1.2).
enum class YbrRange { full, partial };

/// Converts Y, Cb, Cr samples of 8 or 16 bits to R, G, B in place.
void ybr_to_rgb(Image& image, YbrRange range);

}  // namespace galen::dicom
