#include "vision/preprocess/rgb.h"

#include <algorithm>
#include <utility>

namespace galen::vision {
namespace {

/// round(v * 255 / 65535), which never falls on a half.
std::uint8_t to_byte(std::uint16_t sample) {
  return static_cast<std::uint8_t>((std::uint32_t{sample} + 128) / 257);
}

Image to_8_bits(const Image& image) {
  Image out = make_image(image.width, image.height, image.channels);
  std::ranges::transform(image.samples16(), out.data.begin(), to_byte);
  return out;
}

}  // namespace

Image to_rgb8(Image image) {
  if (image.bits == 16) image = to_8_bits(image);
  if (image.channels == 3) return image;
  Image rgb = make_image(image.width, image.height, 3);
  const auto channels = static_cast<std::size_t>(image.channels);
  const std::size_t step = channels == 1 ? 0 : 1;
  const std::uint8_t* from = image.data.data();
  for (std::size_t i = 0; i < rgb.data.size(); i += 3, from += channels) {
    for (std::size_t c = 0; c < 3; ++c) rgb.data[i + c] = from[c * step];
  }
  return rgb;
}

Image pad_to_square(Image image) {
  if (image.width == image.height) return image;
  const int side = std::max(image.width, image.height);
  Image square = make_image(side, side, image.channels, image.bits);
  const std::size_t pixel = image.data.size() / (static_cast<std::size_t>(image.width) *
                                                 static_cast<std::size_t>(image.height));
  const std::size_t row = static_cast<std::size_t>(image.width) * pixel;
  const auto top = static_cast<std::size_t>((side - image.height) / 2);
  const auto left = static_cast<std::size_t>((side - image.width) / 2);
  for (std::size_t y = 0; y < static_cast<std::size_t>(image.height); ++y) {
    const std::size_t to = ((top + y) * static_cast<std::size_t>(side) + left) * pixel;
    std::copy_n(image.data.data() + y * row, row, square.data.data() + to);
  }
  return square;
}

}  // namespace galen::vision
