#pragma once

#include <cstddef>
#include <vector>

#include <galen/image.h>

namespace galen::vision {

/// A corner of pixels: (0, 0) is the top-left corner of the first.
struct Corner {
  int x = 0;
  int y = 0;
};

/// A closed line along pixel edges, given where it turns, with the mask to its right.
struct Loop {
  std::vector<Corner> corners;
  Corner start;          ///< the mask's pixel below its first edge
  bool is_hole = false;  ///< goes around what is outside
};

/// All borders of a mask (255 inside, 0 outside; areas joined through 4 neighbours), in the order
/// of their first pixels.
[[nodiscard]] std::vector<Loop> trace(const Image& mask);

/// Drops corners that lie within `tolerance` of the line between others; keeps at least three.
[[nodiscard]] std::vector<Corner> simplified(const std::vector<Corner>& loop, double tolerance);

}  // namespace galen::vision
