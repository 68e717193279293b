#pragma once

#include <span>

#include "vision/view.h"

namespace galen::vision {

/// What the model sees, on one sheet: a single view as it is, several in a grid of at most 2048
/// pixels in width, in reading order, with thin gaps. Throws invalid_argument when there are none.
[[nodiscard]] Image preview(std::span<const View> views);

}  // namespace galen::vision
