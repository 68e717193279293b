#pragma once

#include "vision/view.h"

namespace galen::vision {

/// The last steps common to all images: RGB8, padded to a square where the recipe says so, resized
/// to image_size x image_size. `threads` as in parallel_for.
[[nodiscard]] Image fit(Image image, const ViewRecipe& recipe, int threads = 0);

}  // namespace galen::vision
