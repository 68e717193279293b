#pragma once
// Units and geometry, in the types.

#include <array>
#include <vector>

namespace galen {

/// Pixel size of a slide in micrometres per pixel, x and y separately; both > 0.
struct Mpp {
  double x = 0;
  double y = 0;
};

/// A closed range of Hounsfield units shown as black (`low`) to white (`high`); low < high.
struct HuWindow {
  double low = 0;
  double high = 0;

  /// DICOM's window width and centre (level), without the half-pixel shift of PS3.3 C.11.2.1.2.
  static constexpr HuWindow from_width_level(double width, double level) {
    return {level - width / 2, level + width / 2};
  }
};

/// Row-major 4x4: voxel index (i, j, k, 1) to patient millimetres (x, y, z, 1) in DICOM's LPS frame
/// (+x left, +y posterior, +z superior).
using Affine = std::array<std::array<double, 4>, 4>;

/// A place on a slide in level-0 pixels, origin at the top-left corner, x to the right, y down.
struct Point {
  double x = 0;
  double y = 0;
};

/// The corners of an area in order; the last is joined to the first, which is not repeated.
using Ring = std::vector<Point>;

/// An area with holes in it.
struct Polygon {
  Ring outer;
  std::vector<Ring> holes;
};

}  // namespace galen
