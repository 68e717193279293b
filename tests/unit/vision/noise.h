#pragma once
// The inputs of tests/golden/make_preprocess.py.

#include <cstdint>

#include <galen/image.h>

namespace galen::vision {

inline std::uint8_t noise_byte(std::uint32_t index) {
  index = (index ^ (index >> 16)) * 0x45D9F3BU;
  index = (index ^ (index >> 16)) * 0x45D9F3BU;
  return static_cast<std::uint8_t>(index >> 24);
}

inline Image noise(int width, int height, int channels, std::uint32_t seed = 7) {
  Image image = make_image(width, height, channels);
  for (std::size_t i = 0; i < image.data.size(); ++i) {
    image.data[i] = noise_byte(static_cast<std::uint32_t>(i) + seed);
  }
  return image;
}

/// A value of -32768 .. 32767.
inline int noise16(std::uint32_t index) {
  return noise_byte(index + 1000003U) * 256 + noise_byte(index) - 32768;
}

}  // namespace galen::vision
