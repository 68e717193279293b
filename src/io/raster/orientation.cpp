#include "io/raster/orientation.h"

#include <cstring>

namespace galen::raster {
namespace {

constexpr std::uint32_t kOrientationTag = 0x0112;
constexpr std::uint32_t kShortType = 3;

/// Unsigned numbers of a TIFF block in its byte order; 0 beyond its end.
class TiffBlock {
 public:
  explicit TiffBlock(std::span<const std::uint8_t> bytes)
      : bytes_(bytes), big_endian_(!bytes.empty() && bytes[0] == 'M') {}

  [[nodiscard]] std::uint32_t read(std::size_t offset, std::size_t count) const {
    if (offset > bytes_.size() || bytes_.size() - offset < count) return 0;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      value = (value << 8) | bytes_[offset + (big_endian_ ? i : count - 1 - i)];
    }
    return value;
  }

 private:
  std::span<const std::uint8_t> bytes_;
  bool big_endian_;
};

}  // namespace

int exif_orientation(std::span<const std::uint8_t> exif) {
  if (exif.size() >= 6 && std::memcmp(exif.data(), "Exif\0\0", 6) == 0) exif = exif.subspan(6);
  const TiffBlock block(exif);
  if (block.read(2, 2) != 42) return 1;
  const std::size_t directory = block.read(4, 4);
  const std::uint32_t entries = block.read(directory, 2);
  for (std::uint32_t i = 0; i < entries; ++i) {
    const std::size_t entry = directory + 2 + std::size_t{i} * 12;
    if (block.read(entry, 2) != kOrientationTag || block.read(entry + 2, 2) != kShortType) continue;
    const std::uint32_t value = block.read(entry + 8, 2);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

Image upright(Image image, int orientation) {
  if (orientation < 2 || orientation > 8) return image;
  const bool transposed = orientation >= 5;
  // In stored coordinates, before any transposition.
  const bool mirrored =
      orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool flipped = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  const std::size_t pixel =
      static_cast<std::size_t>(image.channels) * static_cast<std::size_t>(image.bits / 8);
  const auto width = static_cast<std::size_t>(image.width);
  const auto height = static_cast<std::size_t>(image.height);
  Image out = make_image(transposed ? image.height : image.width,
                         transposed ? image.width : image.height, image.channels, image.bits);
  std::uint8_t* to = out.data.data();
  for (std::size_t y = 0; y < static_cast<std::size_t>(out.height); ++y) {
    for (std::size_t x = 0; x < static_cast<std::size_t>(out.width); ++x, to += pixel) {
      const std::size_t column = transposed ? y : x;
      const std::size_t row = transposed ? x : y;
      const std::size_t from =
          (flipped ? height - 1 - row : row) * width + (mirrored ? width - 1 - column : column);
      std::memcpy(to, image.data.data() + from * pixel, pixel);
    }
  }
  return out;
}

}  // namespace galen::raster
