#pragma once
// One level as a grid of equal tiles, and a region put together from them.

#include <cstdint>
#include <functional>
#include <memory>

#include <galen/image.h>

namespace galen::slide {

struct TileGrid {
  std::int64_t width = 0;   ///< pixels of the level
  std::int64_t height = 0;  ///< pixels of the level
  int tile_width = 0;       ///< pixels, > 0
  int tile_height = 0;      ///< pixels, > 0

  [[nodiscard]] std::int64_t columns() const { return (width + tile_width - 1) / tile_width; }
  [[nodiscard]] std::int64_t rows() const { return (height + tile_height - 1) / tile_height; }
};

/// Gives the RGB8 pixels of a tile, tile_width x tile_height; null where nothing was scanned.
using FetchTile =
    std::function<std::shared_ptr<const Image>(std::int64_t column, std::int64_t row)>;

/// RGB8 region of `width` x `height` with its corner at level pixel (x, y); white outside the level
/// and where a tile is missing. Throws limit_exceeded, invalid_argument for a bad size, and what
/// `fetch` throws.
[[nodiscard]] Image compose_region(const TileGrid& grid, std::int64_t x, std::int64_t y, int width,
                                   int height, const FetchTile& fetch);

/// The whole level. Throws limit_exceeded when it is larger than an Image may be.
[[nodiscard]] Image compose_level(const TileGrid& grid, const FetchTile& fetch);

}  // namespace galen::slide
