#include "io/slide/tile_grid.h"

#include <algorithm>
#include <cstring>

#include "base/raise.h"

namespace galen::slide {
namespace {

// A corner this far outside shares nothing with any level, and x + width must not overflow.
constexpr std::int64_t kFar = std::int64_t{1} << 40;

struct Box {
  std::int64_t left = 0;
  std::int64_t top = 0;
  std::int64_t right = 0;
  std::int64_t bottom = 0;

  bool operator==(const Box&) const = default;
};

Box intersect(const Box& a, const Box& b) {
  return {std::max(a.left, b.left), std::max(a.top, b.top), std::min(a.right, b.right),
          std::min(a.bottom, b.bottom)};
}

/// Copies what `tile`, its corner at (tile_x, tile_y), shares with `part` into `region` at (x, y).
void copy_part(const Image& tile, std::int64_t tile_x, std::int64_t tile_y, const Box& part,
               Image& region, std::int64_t x, std::int64_t y) {
  const auto bytes = static_cast<std::size_t>(part.right - part.left) * 3;
  for (std::int64_t row = part.top; row < part.bottom; ++row) {
    const auto from = ((row - tile_y) * tile.width + (part.left - tile_x)) * 3;
    const auto to = ((row - y) * region.width + (part.left - x)) * 3;
    std::memcpy(region.data.data() + to, tile.data.data() + from, bytes);
  }
}

/// Makes `part` of the region with its corner at (x, y) white. For what no tile covers: filling a
/// whole region first costs as much as copying its tiles.
void whiten(const Box& part, Image& region, std::int64_t x, std::int64_t y) {
  for (std::int64_t row = part.top; row < part.bottom; ++row) {
    const auto to = ((row - y) * region.width + (part.left - x)) * 3;
    std::fill_n(region.data.begin() + to, (part.right - part.left) * 3, std::uint8_t{255});
  }
}

}  // namespace

Image compose_region(const TileGrid& grid, std::int64_t x, std::int64_t y, int width, int height,
                     const FetchTile& fetch) {
  Image region = make_image(width, height, 3);
  const bool is_far = x < -kFar || x > kFar || y < -kFar || y > kFar;
  const Box whole = is_far ? Box{0, 0, width, height} : Box{x, y, x + width, y + height};
  const Box wanted = is_far ? Box{} : intersect(whole, {0, 0, grid.width, grid.height});
  if (!(wanted == whole)) whiten(whole, region, whole.left, whole.top);
  if (wanted.left >= wanted.right || wanted.top >= wanted.bottom) {
    return region;
  }
  for (std::int64_t row = wanted.top / grid.tile_height; row * grid.tile_height < wanted.bottom;
       ++row) {
    for (std::int64_t column = wanted.left / grid.tile_width;
         column * grid.tile_width < wanted.right; ++column) {
      const auto tile = fetch(column, row);
      const std::int64_t tile_x = column * grid.tile_width;
      const std::int64_t tile_y = row * grid.tile_height;
      const Box cell =
          intersect(wanted, {tile_x, tile_y, tile_x + grid.tile_width, tile_y + grid.tile_height});
      const Box part =
          tile ? intersect(cell, {tile_x, tile_y, tile_x + tile->width, tile_y + tile->height})
               : Box{};
      if (!(part == cell)) whiten(cell, region, x, y);
      if (tile) copy_part(*tile, tile_x, tile_y, part, region, x, y);
    }
  }
  return region;
}

Image compose_level(const TileGrid& grid, const FetchTile& fetch) {
  if (grid.width > kMaxImageSide || grid.height > kMaxImageSide) {
    raise(ErrorKind::limit_exceeded, "a picture of {} x {} pixels; at most {} a side", grid.width,
          grid.height, kMaxImageSide);
  }
  return compose_region(grid, 0, 0, static_cast<int>(grid.width), static_cast<int>(grid.height),
                        fetch);
}

}  // namespace galen::slide
