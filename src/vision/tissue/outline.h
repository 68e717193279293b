#pragma once
// Masks as polygons and polygons as masks.

#include <span>
#include <vector>

#include <galen/geometry.h>
#include <galen/slide.h>

#include "vision/tissue/tissue_mask.h"

namespace galen::vision {

/// The areas of a mask as polygons in level-0 pixels, with their holes, in the order of their top
/// rows. They run along the pixel edges of the mask; with `tolerance` > 0 corners that leave the
/// line between others by less than so many mask pixels are dropped (Douglas and Peucker 1973).
/// Areas that touch at a corner only are two.
[[nodiscard]] std::vector<Polygon> outlines(const Slide& slide, const TissueMask& mask,
                                            double tolerance = 0.75);

/// The mask, at about `wanted_mpp`, of what lies in at least one of the polygons: pixels whose
/// centre is inside, holes by the even-odd rule. Errors of blank_mask.
[[nodiscard]] TissueMask mask_of(const Slide& slide, std::span<const Polygon> polygons,
                                 double wanted_mpp);

/// The mask of a picture of the whole slide at any scale, grey or colour: tissue where it is
/// brighter than half. Throws invalid_argument when its shape is not the slide's to 2 %, and as
/// blank_mask.
[[nodiscard]] TissueMask mask_of(const Slide& slide, const Image& picture, double wanted_mpp);

}  // namespace galen::vision
