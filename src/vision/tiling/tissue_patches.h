#pragma once
// Which squares of a slide are shown to a model.

#include <cstddef>
#include <cstdint>
#include <vector>

#include <galen/slide.h>

#include "vision/tissue/tissue_mask.h"

namespace galen::vision {

struct Patch {
  double x = 0;       ///< corner, level-0 pixels
  double y = 0;       ///< corner, level-0 pixels
  double tissue = 0;  ///< share of the patch that is tissue, 0 to 1
};

/// The cells of the grid anchored at the slide's corner, `side` micrometres wide and overlapping by
/// `overlap` micrometres, of which at least `min_tissue` is tissue: row by row, left to right.
/// Cells at the far edges reach beyond the slide. Throws invalid_argument for cells smaller than a
/// pixel of the mask, and unless 0 <= overlap < side.
[[nodiscard]] std::vector<Patch> tissue_patches(const Slide& slide, const TissueMask& mask,
                                                double side, double min_tissue, double overlap = 0);

/// At most `count` of them, drawn without replacement by `seed`, in their order. The same seed
/// draws the same patches on every platform.
[[nodiscard]] std::vector<Patch> draw_patches(const std::vector<Patch>& patches, std::size_t count,
                                              std::uint64_t seed);

}  // namespace galen::vision
