#pragma once
// The two resizes that published models were evaluated with, equal to their references to the last
// bit.

#include <galen/image.h>

namespace galen::vision {

/// Pillow's Image.resize((width, height), BILINEAR) of an 8-bit image with 1 or 3 channels: a
/// triangle filter that widens when shrinking (antialias), one pass an axis, rounded to 8 bits
/// between the passes (libImaging/Resample.c of Pillow 13). Runs on `threads` threads (0 = all
/// cores); the result does not depend on their number. Throws invalid_argument for other images or
/// a side < 1, limit_exceeded.
[[nodiscard]] Image resize_bilinear_pil(const Image& image, int width, int height, int threads = 0);

/// tf.image.resize(image, (height, width), "bilinear", antialias=False) with half-pixel centres,
/// its float result truncated to 8 bits (medsiglip quick start). Same arguments and errors as
/// above.
[[nodiscard]] Image resize_bilinear_tf(const Image& image, int width, int height, int threads = 0);

}  // namespace galen::vision
