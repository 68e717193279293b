#pragma once

#include <vector>

#include <galen/volume.h>

#include "vision/view.h"

namespace galen::vision {

/// The slices of a volume in stored order (k), of the first time point: Hounsfield units through
/// the recipe's CT windows, anything else from black at the smallest value to white at the largest.
/// Each slice is turned as radiologists look at it, whatever the file's axes: the patient's left to
/// the right, posterior down in axial slices, superior up in the others.
[[nodiscard]] std::vector<View> volume_views(const Volume& volume, const ViewRecipe& recipe);

}  // namespace galen::vision
