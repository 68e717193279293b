#pragma once
// Small TIFF slides for the tests, written with libtiff.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <galen/image.h>

namespace galen::slide {

struct TiffPage {
  Image image = {};    ///< grey or RGB, 8 bits
  int tile_side = 32;  ///< pixels; 0 writes strips of `rows_per_strip`
  int rows_per_strip = 16;
  std::uint16_t compression = 1;  ///< COMPRESSION_NONE
  bool planes_apart = false;
  bool white_is_zero = false;
  std::string description = {};
  double pixels_per_cm = 0;            ///< 0 writes no resolution
  std::vector<Image> sub_levels = {};  ///< written as SubIFDs
};

void write_tiff(const std::filesystem::path& path, const std::vector<TiffPage>& pages,
                bool big = false);

/// RGB8 with another colour at every pixel: (x + y, x * 3, y * 5) modulo 256.
[[nodiscard]] Image colour_field(int width, int height);

/// The bytes of colour_field(...) in the part that has its corner at (x, y).
[[nodiscard]] Image crop(const Image& image, int x, int y, int width, int height);

}  // namespace galen::slide
