#pragma once

#include <galen/image.h>

namespace galen::vision {

/// How sharp the part of an RGB8 picture with its corner at (x, y) is: the mean magnitude of the
/// Laplacian of its green channel (4 neighbours), in grey levels. Glass has about 1, tissue in
/// focus at 2 um a pixel 10 to 40, the same through a blur of 6 um below 4. The part must lie
/// inside.
[[nodiscard]] double sharpness(const Image& picture, int x, int y, int width, int height);

}  // namespace galen::vision
