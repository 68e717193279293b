#pragma once

#include <galen/image.h>

namespace galen::vision {

/// Masks as in components.h; the structuring element is a disc: what lies at most `radius` pixels
/// away, centre to centre. A radius below 1 changes nothing. Time and memory (two bytes a pixel) do
/// not depend on the radius.

/// Sets every pixel that has one of the mask within its disc.
void dilate(Image& mask, int radius);

/// Bridges gaps that no disc fits into: dilates, then erodes. Beyond the mask's picture there is
/// nothing to bridge to. Throws limit_exceeded when the mask with `radius` pixels around it is
/// larger than an Image may be.
void close_gaps(Image& mask, int radius);

}  // namespace galen::vision
