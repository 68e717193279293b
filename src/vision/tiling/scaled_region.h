#pragma once

#include <galen/slide.h>

namespace galen::vision {

/// RGB8 region of `width` x `height` pixels, each `scale_x` x `scale_y` level-0 pixels, with its
/// corner at level-0 pixel (x, y): read from the nearest finer level, then resized once (Pillow's
/// bilinear). White outside the slide. Throws invalid_argument for a region without content.
[[nodiscard]] Image scaled_region(const Slide& slide, double x, double y, int width, int height,
                                  double scale_x, double scale_y,
                                  Decoding decoding = Decoding::exact);

/// Pixels that scaled_region reads from the slide at a time.
[[nodiscard]] double source_pixels(const Slide& slide, int width, int height, double scale_x,
                                   double scale_y, Decoding decoding);

/// The whole slide in a picture whose longer side has `side` pixels, fewer for a smaller slide.
struct Thumbnail {
  Image picture;     ///< RGB8
  double scale = 1;  ///< level-0 pixels a pixel
};
[[nodiscard]] Thumbnail thumbnail(const Slide& slide, int side);

}  // namespace galen::vision
