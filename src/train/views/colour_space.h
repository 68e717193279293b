#pragma once
// Colour spaces in which stains are changed.

#include <array>
#include <cstdint>

namespace galen::train {

using Colour = std::array<std::uint8_t, 3>;

/// OpenCV's 8-bit CIE LAB of sRGB (D65): L times 255 / 100, a and b plus 128. Its integer
/// arithmetic, equal to the last bit.
[[nodiscard]] Colour rgb_to_lab(const std::uint8_t* rgb);
/// Back, within 1 of OpenCV.
[[nodiscard]] Colour lab_to_rgb(const std::uint8_t* lab);

/// OpenCV's 8-bit HSV: hue in steps of 2 degrees, 0 .. 179. Its integer arithmetic, equal to the
/// last bit.
[[nodiscard]] Colour rgb_to_hsv(const std::uint8_t* rgb);
/// Back, within 1 of OpenCV; hues beyond 179 go on round the circle.
[[nodiscard]] Colour hsv_to_rgb(const std::uint8_t* hsv);

/// Amounts of haematoxylin, eosin and DAB.
using Hed = std::array<float, 3>;

/// scikit-image's rgb2hed (Ruifrok and Johnston's matrix; logarithms over that of 1e-6), but for
/// negative amounts, which are kept so that the way back is exact.
[[nodiscard]] Hed rgb_to_hed(const std::uint8_t* rgb);
/// scikit-image's hed2rgb, rounded to 8 bits.
[[nodiscard]] Colour hed_to_rgb(const Hed& hed);

}  // namespace galen::train
