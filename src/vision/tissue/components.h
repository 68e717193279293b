#pragma once

#include <cstdint>

#include <galen/image.h>

namespace galen::vision {

/// Masks have one 8-bit channel, 255 inside and 0 outside; areas are joined through their 4
/// neighbours.

/// Clears the areas of fewer than `min_pixels` pixels.
void drop_small_areas(Image& mask, std::uint64_t min_pixels);

/// Fills the holes of fewer than `min_pixels` pixels; what touches the edge of the mask is no hole.
void fill_small_holes(Image& mask, std::uint64_t min_pixels);

}  // namespace galen::vision
