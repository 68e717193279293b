#pragma once
// What one format's decoder hands over, before orientation and colour are settled.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <galen/image.h>

namespace galen::raster {

enum class ColourModel { grey_or_rgb, cmyk };

struct Decoded {
  Image image;  ///< as stored; CMYK has 4 channels, 0 = no ink
  ColourModel model = ColourModel::grey_or_rgb;
  int orientation = 1;            ///< EXIF / TIFF, 1 .. 8
  std::vector<std::uint8_t> icc;  ///< embedded profile, empty when there is none
};

using Bytes = std::span<const std::uint8_t>;

/// Each throws malformed, unsupported, limit_exceeded, calling the file `name`. `min_side` as in
/// raster.h.
[[nodiscard]] Decoded decode_jpeg(Bytes bytes, const std::string& name, int min_side = 0);
[[nodiscard]] Decoded decode_png(Bytes bytes, const std::string& name);
[[nodiscard]] Decoded decode_tiff(Bytes bytes, const std::string& name);
[[nodiscard]] Decoded decode_webp(Bytes bytes, const std::string& name);

/// Throws malformed for a size of nothing or one that a file of `file_bytes` bytes cannot honestly
/// hold, limit_exceeded beyond galen/image.h's limits. Called before memory is taken.
void check_size(std::uint64_t width, std::uint64_t height, std::size_t file_bytes,
                const std::string& name);

}  // namespace galen::raster
