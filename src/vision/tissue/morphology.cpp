#include "vision/tissue/morphology.h"

#include <algorithm>
#include <vector>

namespace galen::vision {
namespace {

/// Sets each of `count` values, `stride` apart, to `found` when one within `radius` is `found`.
void spread_line(std::uint8_t* values, int count, std::ptrdiff_t stride, int radius,
                 std::uint8_t found, std::vector<std::uint8_t>& line) {
  line.resize(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) line[i] = values[i * stride];
  int last = -radius - 1;  // nearest `found` at or before i + radius
  for (int i = -radius; i < count; ++i) {
    if (i + radius < count && line[i + radius] == found) last = i + radius;
    if (i >= 0 && last >= i - radius) values[i * stride] = found;
  }
}

void spread(Image& mask, int radius, std::uint8_t found) {
  std::vector<std::uint8_t> line;
  for (int y = 0; y < mask.height; ++y) {
    spread_line(mask.data.data() + static_cast<std::ptrdiff_t>(y) * mask.width, mask.width, 1,
                radius, found, line);
  }
  for (int x = 0; x < mask.width; ++x) {
    spread_line(mask.data.data() + x, mask.height, mask.width, radius, found, line);
  }
}

}  // namespace

void dilate(Image& mask, int radius) {
  if (radius > 0) spread(mask, radius, 255);
}

void close_gaps(Image& mask, int radius) {
  if (radius < 1) return;
  spread(mask, radius, 255);
  spread(mask, radius, 0);
}

}  // namespace galen::vision
