#include "tasks/slide/pictures.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "vision/tiling/required_mpp.h"
#include "vision/tiling/scaled_region.h"

namespace galen {
namespace {

using Colour = std::array<std::uint8_t, 3>;

constexpr Colour kTissue{0, 160, 80};
constexpr Colour kPatch{30, 60, 200};

void paint(Image& picture, int x, int y, const Colour& colour) {
  const std::size_t at = (static_cast<std::size_t>(y) * picture.width + x) * 3;
  std::copy(colour.begin(), colour.end(), picture.data.begin() + static_cast<std::ptrdiff_t>(at));
}

/// For each of `count` pixels the mask's pixel under its centre; -1 outside.
std::vector<int> mask_pixels(int count, double start, double scale, double per_pixel, int size) {
  std::vector<int> pixels(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    const double at = std::floor((start + (i + 0.5) * scale) * per_pixel);
    pixels[i] = at >= 0 && at < size ? static_cast<int>(at) : -1;
  }
  return pixels;
}

void paint_row(Image& picture, double from, double to, double y) {
  const auto row = std::lround(y);
  if (row < 0 || row >= picture.height) return;
  const long last = std::min<long>(picture.width - 1, std::lround(to));
  for (long x = std::max(0L, std::lround(from)); x <= last; ++x) {
    paint(picture, static_cast<int>(x), static_cast<int>(row), kPatch);
  }
}

void paint_column(Image& picture, double from, double to, double x) {
  const auto column = std::lround(x);
  if (column < 0 || column >= picture.width) return;
  const long last = std::min<long>(picture.height - 1, std::lround(to));
  for (long y = std::max(0L, std::lround(from)); y <= last; ++y) {
    paint(picture, static_cast<int>(column), static_cast<int>(y), kPatch);
  }
}

}  // namespace

void draw_outline(Image& picture, const PicturePlace& place, const Slide& slide,
                  const vision::TissueMask& mask, int thickness) {
  const Mpp mpp = vision::required_mpp(slide);
  // A border of pixels around, so that an outline does not stop at the edge of a tile.
  const int t = thickness;
  const auto columns = mask_pixels(picture.width + 2 * t, place.x - t * place.scale, place.scale,
                                   mpp.x / mask.mpp, mask.pixels.width);
  const auto rows = mask_pixels(picture.height + 2 * t, place.y - t * place.scale, place.scale,
                                mpp.y / mask.mpp, mask.pixels.height);
  const auto tissue = [&](int x, int y) {
    return columns[x] >= 0 && rows[y] >= 0 &&
           mask.pixels.data[static_cast<std::size_t>(rows[y]) * mask.pixels.width + columns[x]] !=
               0;
  };
  for (int y = t; y < picture.height + t; ++y) {
    for (int x = t; x < picture.width + t; ++x) {
      const bool inner =
          tissue(x - t, y) && tissue(x + t, y) && tissue(x, y - t) && tissue(x, y + t);
      if (tissue(x, y) && !inner) paint(picture, x - t, y - t, kTissue);
    }
  }
}

void draw_boxes(Image& picture, const PicturePlace& place, const std::vector<PatchBox>& boxes) {
  for (const PatchBox& box : boxes) {
    const double left = (box.x - place.x) / place.scale;
    const double top = (box.y - place.y) / place.scale;
    const double right = left + box.width / place.scale;
    const double bottom = top + box.height / place.scale;
    paint_row(picture, left, right, top);
    paint_row(picture, left, right, bottom);
    paint_column(picture, top, bottom, left);
    paint_column(picture, top, bottom, right);
  }
}

Image overlay(const Slide& slide, int side, const vision::TissueMask* mask,
              const std::vector<PatchBox>& boxes) {
  vision::Thumbnail thumbnail = vision::thumbnail(slide, side);
  const PicturePlace place{0, 0, thumbnail.scale};
  draw_boxes(thumbnail.picture, place, boxes);
  if (mask != nullptr) {
    const int thickness = std::max(1, side / 500);
    draw_outline(thumbnail.picture, place, slide, *mask, thickness);
  }
  return std::move(thumbnail.picture);
}

}  // namespace galen
