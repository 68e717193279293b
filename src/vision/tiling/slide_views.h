#pragma once

#include <vector>

#include <galen/slide.h>

#include "vision/view.h"

namespace galen::vision {

/// The patches of a slide as a model sees them: a grid without overlap over the tissue,
/// `patch_size` pixels at `patch_mpp`, at most `max_patches` of them, drawn by a fixed seed and
/// kept in their order (MedGemma 1.5; spec A6). A patch counts when a tenth of it is tissue. Small
/// slides give fewer. Throws invalid_argument, naming --mpp, for a slide without pixel size, and
/// when the slide is coarser than patch_mpp; unsupported when there is no tissue.
[[nodiscard]] std::vector<View> slide_views(const Slide& slide, const ViewRecipe& recipe);

}  // namespace galen::vision
