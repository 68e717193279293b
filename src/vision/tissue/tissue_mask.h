#pragma once
// Where a slide shows tissue.

#include <galen/image.h>
#include <galen/slide.h>

namespace galen::vision {

struct TissueOptions {
  double mpp = 2.0;              ///< 5X; coarser for coarser or very large slides
  double min_tissue_area = 4e3;  ///< square micrometres; smaller specks are dropped
  double max_hole_area = 3.2e5;  ///< square micrometres; smaller holes are filled
};

/// One grey byte a pixel: 255 tissue, 0 none. The corner of the mask is the corner of the slide.
struct TissueMask {
  Image pixels;
  double mpp = 0;     ///< micrometres a mask pixel, in x and y
  int threshold = 0;  ///< saturation (0 to 255) above which a pixel is tissue
};

/// Otsu's threshold on the HSV saturation at about 5X, black pixels left out, then specks dropped
/// and holes filled by area. The areas are those of TRIDENT's Otsu path, 60 and 5,000 pixels at 8
/// um. Throws invalid_argument, naming --mpp, for a slide without pixel size.
[[nodiscard]] TissueMask find_tissue(const Slide& slide, const TissueOptions& options = {});

}  // namespace galen::vision
