#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <galen/image.h>

namespace galen::vision {

/// Masks have one 8-bit channel, 255 inside and 0 outside; areas are joined through their 4
/// neighbours.

/// The areas of one value in a mask: which area a pixel belongs to.
class Areas {
 public:
  Areas(const Image& mask, std::uint8_t value);

  /// A number that all pixels of an area share and no pixel of another; the pixel must have the
  /// value.
  [[nodiscard]] std::size_t area_of(int x, int y) const;

 private:
  struct Run {
    int begin;
    std::size_t area;
  };

  std::vector<std::size_t> rows_;  ///< first run of each row, and their number at the end
  std::vector<Run> runs_;
};

/// Clears the areas of fewer than `min_pixels` pixels.
void drop_small_areas(Image& mask, std::uint64_t min_pixels);

/// Fills the holes of fewer than `min_pixels` pixels; what touches the edge of the mask is no hole.
void fill_small_holes(Image& mask, std::uint64_t min_pixels);

}  // namespace galen::vision
