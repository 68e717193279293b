#pragma once
// JPEG, PNG, TIFF and WebP files as images.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <galen/image.h>

namespace galen::raster {

/// Whether the first bytes of a file (12 are enough) are those of a format read here.
[[nodiscard]] bool is_raster(std::string_view prefix);

/// The pixels upright (EXIF orientation applied) and in sRGB (embedded ICC profile applied);
/// palettes, bilevel and CMYK images become grey, RGB or RGBA, of 8 or 16 bits. The first picture
/// of a TIFF. `name` is what errors call the file. Throws malformed, unsupported, limit_exceeded.
/// Thread-safe.
///
/// With `min_side` > 0 a JPEG may come at 1/2, 1/4 or 1/8 of its size, which saves decoding: the
/// smallest whose shorter side is still at least `min_side` pixels (Pillow's draft mode).
[[nodiscard]] Image decode_image(std::span<const std::uint8_t> bytes, const std::string& name,
                                 int min_side = 0);

/// The same for a file; also throws not_found, permission, io.
[[nodiscard]] Image read_image(const std::filesystem::path& path, int min_side = 0);

/// A PNG of an image of 8 or 16 bits.
[[nodiscard]] std::vector<std::uint8_t> encode_png(const Image& image);

/// Writes a PNG that appears under its name only when complete. Throws io, permission, not_found.
void write_png(const std::filesystem::path& path, const Image& image);

/// A baseline JPEG (4:2:0) of a grey or RGB image of 8 bits. Throws invalid_argument for others and
/// unless quality is 1 to 100.
[[nodiscard]] std::string encode_jpeg(const Image& image, int quality = 85);

/// Writes a PNG or JPEG by the name's extension; it appears when complete. Throws invalid_argument
/// for other extensions, and as write_png and encode_jpeg.
void write_picture(const std::filesystem::path& path, const Image& image, int quality = 85);

}  // namespace galen::raster
