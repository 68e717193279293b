#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace galen {

/// A raster in memory: row-major, channels interleaved, no row padding.
struct Image {
  int width = 0;     ///< pixels, 1 .. kMaxImageSide
  int height = 0;    ///< pixels, 1 .. kMaxImageSide
  int channels = 0;  ///< 1 grey, 3 RGB, 4 RGBA (straight alpha); sRGB where colour is known
  int bits = 8;      ///< 8 or 16 per sample; 16-bit samples are native-endian in `data`
  std::vector<std::uint8_t> data;  ///< width * height * channels * bits / 8 bytes

  [[nodiscard]] std::size_t samples() const {
    return static_cast<std::size_t>(width) * static_cast<std::size_t>(height) *
           static_cast<std::size_t>(channels);
  }
  /// The samples of a 16-bit image; undefined for 8 bits.
  [[nodiscard]] std::span<const std::uint16_t> samples16() const {
    return {reinterpret_cast<const std::uint16_t*>(data.data()), samples()};
  }
};

/// Limits checked before memory is taken.
inline constexpr int kMaxImageSide = 1 << 16;
inline constexpr std::int64_t kMaxImagePixels = std::int64_t{1} << 28;

/// An all-zero image. Throws limit_exceeded beyond the limits above, invalid_argument for a side
/// < 1.
[[nodiscard]] Image make_image(int width, int height, int channels, int bits = 8);

}  // namespace galen
