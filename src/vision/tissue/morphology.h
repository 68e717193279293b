#pragma once

#include <galen/image.h>

namespace galen::vision {

/// Masks as in components.h; the structuring element is a square of 2 * radius + 1 pixels. A radius
/// below 1 changes nothing.

/// Sets every pixel that has one of the mask within its square.
void dilate(Image& mask, int radius);

/// Bridges gaps narrower than the square: dilates, then erodes. What lies outside the mask's
/// picture erodes nothing.
void close_gaps(Image& mask, int radius);

}  // namespace galen::vision
