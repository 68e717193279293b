#pragma once

#include <array>
#include <utility>
#include <vector>

#include <galen/volume.h>

#include "vision/view.h"

namespace galen::vision {

/// The slices of a volume in stored order (k), of the first time point: Hounsfield units through
/// the recipe's CT windows, anything else from black at the smallest value to white at the largest.
/// Each slice is turned as radiologists look at it, whatever the file's axes: the patient's left to
/// the right, posterior down in axial slices, superior up in the others.
[[nodiscard]] std::vector<View> volume_views(const Volume& volume, const ViewRecipe& recipe);

/// Slice k as volume_views shows it, upright, at its own size: RGB or grey, 8 bits.
[[nodiscard]] Image volume_picture(const Volume& volume, const ViewRecipe& recipe, int k);

/// Width and height of the slices as they are shown.
[[nodiscard]] std::pair<int, int> upright_size(const Volume& volume);

/// x0, y0, x1, y1 in pixels of a slice as it is shown, in pixels of the slice as it is stored.
[[nodiscard]] std::array<double, 4> stored_box(const Volume& volume,
                                               const std::array<double, 4>& upright);

}  // namespace galen::vision
