#pragma once

#include <cstdint>
#include <span>
#include <string>

#include <galen/image.h>

namespace galen::raster {

/// What is known of a JPEG stream from outside it.
struct JpegTile {
  int width = 0;          ///< pixels that the stream must have
  int height = 0;         ///< pixels that the stream must have
  int channels = 3;       ///< 1 grey, 3 colours
  bool is_ycbcr = false;  ///< three channels are to be turned into RGB; else they are as wanted
  int reduction = 1;      ///< 1, 2, 4 or 8: decode at 1/reduction of the size
};

/// A JPEG stream as tiles of TIFF files are (TIFF Technical Note 2): `tables`, an abbreviated
/// stream of tables only, may be empty. The markers of the stream do not decide about its colours.
/// An 8-bit image of width / reduction x height / reduction pixels. Throws malformed, unsupported.
/// Thread-safe.
[[nodiscard]] Image decode_jpeg_tile(std::span<const std::uint8_t> tables,
                                     std::span<const std::uint8_t> stream, const JpegTile& tile,
                                     const std::string& name);

}  // namespace galen::raster
