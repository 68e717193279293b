#include "io/slide/tile_grid.h"

#include <algorithm>
#include <cstring>

#include "base/raise.h"

namespace galen::slide {
namespace {

// A corner this far outside shares nothing with any level, and x + width must not overflow.
constexpr std::int64_t kFar = std::int64_t{1} << 40;

struct Box {
  std::int64_t left, top, right, bottom;
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

}  // namespace

Image compose_region(const TileGrid& grid, std::int64_t x, std::int64_t y, int width, int height,
                     const FetchTile& fetch) {
  Image region = make_image(width, height, 3);
  std::fill(region.data.begin(), region.data.end(), std::uint8_t{255});
  if (x < -kFar || x > kFar || y < -kFar || y > kFar) {
    return region;
  }
  const Box wanted = intersect({x, y, x + width, y + height}, {0, 0, grid.width, grid.height});
  if (wanted.left >= wanted.right || wanted.top >= wanted.bottom) {
    return region;
  }
  for (std::int64_t row = wanted.top / grid.tile_height; row * grid.tile_height < wanted.bottom;
       ++row) {
    for (std::int64_t column = wanted.left / grid.tile_width;
         column * grid.tile_width < wanted.right; ++column) {
      const auto tile = fetch(column, row);
      if (!tile) {
        continue;
      }
      const std::int64_t tile_x = column * grid.tile_width;
      const std::int64_t tile_y = row * grid.tile_height;
      const Box part =
          intersect(wanted, {tile_x, tile_y, tile_x + tile->width, tile_y + tile->height});
      if (part.left < part.right && part.top < part.bottom) {
        copy_part(*tile, tile_x, tile_y, part, region, x, y);
      }
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
