#pragma once

#include <cstdint>
#include <span>

#include <galen/image.h>

namespace galen::raster {

/// The Orientation tag (1 .. 8) of an EXIF block, with or without its "Exif\0\0" head; 1 when it is
/// absent or the block is damaged (EXIF 2.3, 4.6.2).
[[nodiscard]] int exif_orientation(std::span<const std::uint8_t> exif);

/// The image turned so that its first row is the top and its first column the left (TIFF 6.0,
/// Orientation). Values outside 2 .. 8 leave it as it is.
[[nodiscard]] Image upright(Image image, int orientation);

}  // namespace galen::raster
