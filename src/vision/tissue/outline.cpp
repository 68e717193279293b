#include "vision/tissue/outline.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/raise.h"
#include "vision/tiling/required_mpp.h"
#include "vision/tissue/components.h"
#include "vision/tissue/trace.h"

namespace galen::vision {
namespace {

/// Where the edges of a polygon cross the middle of a row, in mask pixels, from left to right.
std::vector<double> crossings(std::span<const Ring* const> rings, double y, double sx, double sy) {
  std::vector<double> found;
  for (const Ring* ring : rings) {
    for (std::size_t i = 0; i < ring->size(); ++i) {
      const Point& a = (*ring)[i];
      const Point& b = (*ring)[(i + 1) % ring->size()];
      if ((a.y * sy <= y) == (b.y * sy <= y)) continue;
      found.push_back((a.x + (y / sy - a.y) * (b.x - a.x) / (b.y - a.y)) * sx);
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

void fill(Image& mask, const Polygon& polygon, double sx, double sy) {
  std::vector<const Ring*> rings{&polygon.outer};
  for (const Ring& hole : polygon.holes) rings.push_back(&hole);
  double top = mask.height;
  double bottom = 0;
  for (const Point& point : polygon.outer) {
    top = std::min(top, point.y * sy);
    bottom = std::max(bottom, point.y * sy);
  }
  const auto pixel = [](double at, int most) {
    return static_cast<int>(std::clamp(std::ceil(at - 0.5), 0.0, static_cast<double>(most)));
  };
  for (int y = pixel(top, mask.height); y < pixel(bottom, mask.height); ++y) {
    const auto found = crossings(rings, y + 0.5, sx, sy);
    for (std::size_t i = 0; i + 1 < found.size(); i += 2) {
      const int from = pixel(found[i], mask.width);
      const int to = pixel(found[i + 1], mask.width);
      std::fill_n(mask.data.begin() + static_cast<std::ptrdiff_t>(y) * mask.width + from,
                  std::max(0, to - from), std::uint8_t{255});
    }
  }
}

void check_shape(const Slide& slide, const Image& picture) {
  const SlideLevel& base = slide.levels().front();
  const double stretch = static_cast<double>(base.width) * picture.height /
                         (static_cast<double>(base.height) * picture.width);
  if (stretch < 0.98 || stretch > 1.02) {
    raise(ErrorKind::invalid_argument,
          "a mask of {} x {} pixels for a slide of {} x {}: it must show the whole slide and have "
          "its shape to 2 %",
          picture.width, picture.height, base.width, base.height);
  }
}

/// Whether the mean of the colour channels is above half.
bool is_bright(const Image& picture, int x, int y) {
  const int colours = picture.channels == 1 ? 1 : 3;
  const std::size_t at = (static_cast<std::size_t>(y) * picture.width + x) * picture.channels;
  int sum = 0;
  for (int c = 0; c < colours; ++c) {
    sum += picture.bits == 16 ? picture.samples16()[at + c] >> 8 : picture.data[at + c];
  }
  return sum > 127 * colours;
}

}  // namespace

std::vector<Polygon> outlines(const Slide& slide, const TissueMask& mask, double tolerance) {
  const Mpp mpp = required_mpp(slide);
  const Areas areas(mask.pixels, 255);
  const SlideLevel& base = slide.levels().front();
  const auto ring_of = [&](const Loop& loop) {
    Ring ring;
    for (const Corner& corner : simplified(loop.corners, tolerance)) {
      // The last pixels of the mask may reach beyond the slide.
      ring.push_back({std::min(corner.x * mask.mpp / mpp.x, static_cast<double>(base.width)),
                      std::min(corner.y * mask.mpp / mpp.y, static_cast<double>(base.height))});
    }
    return ring;
  };
  std::vector<Polygon> polygons;
  std::map<std::size_t, std::size_t> polygon_of_area;
  for (const Loop& loop : trace(mask.pixels)) {
    const std::size_t area = areas.area_of(loop.start.x, loop.start.y);
    if (loop.is_hole) {
      polygons[polygon_of_area.at(area)].holes.push_back(ring_of(loop));
    } else {
      polygon_of_area[area] = polygons.size();
      polygons.push_back({ring_of(loop), {}});
    }
  }
  return polygons;
}

TissueMask mask_of(const Slide& slide, std::span<const Polygon> polygons, double wanted_mpp) {
  TissueMask mask = blank_mask(slide, wanted_mpp);
  const Mpp mpp = required_mpp(slide);
  for (const Polygon& polygon : polygons) {
    fill(mask.pixels, polygon, mpp.x / mask.mpp, mpp.y / mask.mpp);
  }
  return mask;
}

TissueMask mask_of(const Slide& slide, const Image& picture, double wanted_mpp) {
  const SlideLevel& base = slide.levels().front();
  const Mpp mpp = required_mpp(slide);
  check_shape(slide, picture);
  TissueMask mask = blank_mask(slide, wanted_mpp);
  const double sx = mask.mpp / mpp.x * picture.width / static_cast<double>(base.width);
  const double sy = mask.mpp / mpp.y * picture.height / static_cast<double>(base.height);
  Image& pixels = mask.pixels;
  for (int y = 0; y < pixels.height; ++y) {
    const int row = std::min(picture.height - 1, static_cast<int>((y + 0.5) * sy));
    for (int x = 0; x < pixels.width; ++x) {
      const int column = std::min(picture.width - 1, static_cast<int>((x + 0.5) * sx));
      pixels.data[static_cast<std::size_t>(y) * pixels.width + x] =
          is_bright(picture, column, row) ? 255 : 0;
    }
  }
  return mask;
}

}  // namespace galen::vision
