#pragma once
// Small slides on disk, for the tests of reports.

#include <filesystem>

#include "../io/slide/tiff_fixture.h"
#include "../vision/painted_slide.h"

namespace galen::tasks {

/// A TIFF slide of 448 x 448 pixels at 1 um: `columns` x `rows` squares of 56 um of tissue in its
/// upper left, each with a colour of its own; none for a blank slide.
inline void write_slide(const std::filesystem::path& path, int columns, int rows,
                        bool states_mpp = true) {
  constexpr int kSide = 56;
  Image image = vision::painted(448, 448, vision::kGlass);
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) {
      const auto shade = static_cast<std::uint8_t>(60 + 8 * column + 3 * row);
      vision::paint(image, column * kSide, row * kSide, kSide, kSide, {200, shade, 170});
    }
  }
  slide::TiffPage page;
  page.image = std::move(image);
  page.tile_side = 64;
  if (states_mpp) page.pixels_per_cm = 1e4;
  slide::write_tiff(path, {page});
}

}  // namespace galen::tasks
