#pragma once
// Features that need no model. What a probe on them reaches is what an encoder has to beat.

#include <vector>

#include <galen/image.h>

namespace galen::train {

/// The image shrunk to 24 x 24 pixels (Pillow's bilinear), 1,728 values in [0, 1], channels
/// interleaved.
/// @param image RGB8, as are those below
[[nodiscard]] std::vector<float> pixel_features(const Image& image);

/// 138 values in [0, 1] about colours without any place: for each of R, G, B, H, S, V the mean, the
/// standard deviation, the 5th, 25th, 50th, 75th and 95th percentile, and a histogram of 16 bins.
[[nodiscard]] std::vector<float> colour_features(const Image& image);

}  // namespace galen::train
