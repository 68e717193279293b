#include "vision/tissue/sharpness.h"

#include <cstdlib>

namespace galen::vision {

double sharpness(const Image& picture, int x, int y, int width, int height) {
  const std::ptrdiff_t row = std::ptrdiff_t{3} * picture.width;
  std::int64_t sum = 0;
  std::int64_t count = 0;
  for (int j = y + 1; j + 1 < y + height; ++j) {
    const std::uint8_t* green = picture.data.data() + j * row + 3 * (x + 1) + 1;
    for (int i = x + 1; i + 1 < x + width; ++i, green += 3, ++count) {
      sum += std::abs(4 * green[0] - green[-3] - green[3] - green[-row] - green[row]);
    }
  }
  return count == 0 ? 0 : static_cast<double>(sum) / static_cast<double>(count);
}

}  // namespace galen::vision
