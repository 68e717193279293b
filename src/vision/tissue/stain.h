#pragma once
// What the colour of a pixel says.

#include <cstdint>

namespace galen::vision {

/// Hue in degrees, 0 to 359 (red 0, green 120, blue 240); saturation and value 0 to 255. Grey has
/// hue 0.
struct Hsv {
  int hue = 0;
  int saturation = 0;
  int value = 0;
};

[[nodiscard]] Hsv to_hsv(const std::uint8_t* rgb);

/// Black ink, the edge of the slide, what was not scanned: its saturation is noise.
[[nodiscard]] bool is_black(const Hsv& colour);

/// Ink of a marker: greens, which no common stain has; blues far from haematoxylin's violet, and
/// reds far from eosin's and blood's, only when they are as strong as ink.
[[nodiscard]] bool is_pen(const Hsv& colour);

}  // namespace galen::vision
