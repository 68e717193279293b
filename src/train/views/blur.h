#pragma once

#include <galen/image.h>

namespace galen::train {

/// A Gaussian of standard deviation `sigma` > 0 pixels, cut at 3 sigma, edge pixels repeated,
/// rounded to 8 bits after each axis. Pillow's GaussianBlur is three box blurs that come near the
/// same.
[[nodiscard]] Image blur(const Image& image, double sigma);

}  // namespace galen::train
