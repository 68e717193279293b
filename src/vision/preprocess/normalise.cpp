#include "vision/preprocess/normalise.h"

#include <array>

#include "base/raise.h"

namespace galen::vision {
namespace {

std::array<float, 256> make_levels() {
  std::array<float, 256> levels{};
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const auto unit = static_cast<float>(static_cast<double>(i) * (1.0 / 255.0));
    levels[i] = (unit - 0.5F) / 0.5F;
  }
  return levels;
}

}  // namespace

std::vector<float> normalise(std::span<const Image> images) {
  if (images.empty()) return {};
  const int side = images[0].width;
  for (const Image& image : images) {
    if (image.channels != 3 || image.bits != 8 || image.width != side || image.height != side) {
      raise(ErrorKind::invalid_argument,
            "a vision tower takes RGB8 images of one square size, not {}x{}x{} of {} bits after "
            "{}x{}",
            image.width, image.height, image.channels, image.bits, side, side);
    }
  }
  const std::array<float, 256> levels = make_levels();
  const std::size_t plane = static_cast<std::size_t>(side) * static_cast<std::size_t>(side);
  std::vector<float> pixels(images.size() * 3 * plane);
  float* to = pixels.data();
  for (const Image& image : images) {
    for (std::size_t c = 0; c < 3; ++c) {
      for (std::size_t i = 0; i < plane; ++i) *to++ = levels[image.data[3 * i + c]];
    }
  }
  return pixels;
}

}  // namespace galen::vision
