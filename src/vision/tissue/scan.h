#pragma once
// A slide read once, at the scale of its mask.

#include <galen/cancel.h>
#include <galen/image.h>
#include <galen/slide.h>

#include "vision/tissue/tissue_mask.h"

namespace galen::vision {

struct TissueScan {
  Image saturation;  ///< one byte a mask pixel; 0 where the pixel is rejected
  Image rejected;    ///< mask of ink, black and blur
};

/// Reads the slide at the mask's scale. Uses all cores, which share the slide. Throws what reading
/// throws, cancelled.
[[nodiscard]] TissueScan scan_slide(const Slide& slide, const TissueMask& mask,
                                    const TissueOptions& options, const CancelToken* cancel);

}  // namespace galen::vision
