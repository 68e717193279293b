#pragma once
// The resizes that published models were trained and evaluated with, equal to their references to
// the last bit.

#include <galen/image.h>

namespace galen::vision {

/// Pillow's Image.resize((width, height), BILINEAR) of an 8-bit image with 1 or 3 channels: a
/// triangle filter that widens when shrinking (antialias), one pass an axis, rounded to 8 bits
/// between the passes (libImaging/Resample.c of Pillow 13). Runs on `threads` threads (0 = all
/// cores); the result does not depend on their number. Throws invalid_argument for other images or
/// a side < 1, limit_exceeded.
[[nodiscard]] Image resize_bilinear_pil(const Image& image, int width, int height, int threads = 0);

/// Pillow's filters of the same names.
enum class Filter { bilinear, bicubic };

/// Pixels; (x, y) is the top-left corner.
struct Rectangle {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
};

/// Pillow's crop(box) followed by resize((width, height), filter), without the copy. Arguments and
/// errors as above; also invalid_argument for a box that is empty or reaches outside.
[[nodiscard]] Image crop_and_resize_pil(const Image& image, const Rectangle& box, int width,
                                        int height, Filter filter, int threads = 0);

/// tf.image.resize(image, (height, width), "bilinear", antialias=False) with half-pixel centres,
/// its float result truncated to 8 bits (medsiglip quick start). Same arguments and errors as
/// above.
[[nodiscard]] Image resize_bilinear_tf(const Image& image, int width, int height, int threads = 0);

}  // namespace galen::vision
