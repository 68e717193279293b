#include "vision/tissue/stain.h"

#include <algorithm>

namespace galen::vision {
namespace {

constexpr int kBlack = 40;

int hue_of(const std::uint8_t* rgb, int high, int spread) {
  if (spread == 0) return 0;
  const int red = rgb[0];
  const int green = rgb[1];
  const int blue = rgb[2];
  if (high == red) return (60 * (green - blue) / spread + 360) % 360;
  if (high == green) return 120 + 60 * (blue - red) / spread;
  return 240 + 60 * (red - green) / spread;
}

}  // namespace

Hsv to_hsv(const std::uint8_t* rgb) {
  const auto [low, high] = std::minmax({rgb[0], rgb[1], rgb[2]});
  const int spread = high - low;
  return {hue_of(rgb, high, spread), high == 0 ? 0 : 255 * spread / high, high};
}

bool is_black(const Hsv& colour) {
  return colour.value < kBlack;
}

bool is_pen(const Hsv& colour) {
  const auto [hue, saturation, value] = colour;
  const bool green = hue >= 75 && hue < 195 && saturation > 60;
  const bool blue = hue >= 195 && hue < 235 && saturation > 130;
  const bool red = (hue < 12 || hue >= 348) && saturation > 200 && value > 110;
  return value >= kBlack && (green || blue || red);
}

}  // namespace galen::vision
