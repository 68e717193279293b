#pragma once

#include <galen/slide.h>

namespace galen::vision {

/// The slide's pixel size. Throws invalid_argument, naming --mpp, when it has none: a guess would
/// show the model a wrong magnification.
[[nodiscard]] Mpp required_mpp(const Slide& slide);

}  // namespace galen::vision
