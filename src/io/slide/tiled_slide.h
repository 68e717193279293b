#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <galen/slide.h>

#include "io/slide/tile_cache.h"
#include "io/slide/tile_grid.h"

namespace galen::slide {

/// A slide whose levels are grids of tiles that we decode ourselves. The decoded tiles are kept in
/// a cache that all threads share; derived classes say how one tile is decoded.
class TiledSlide : public Slide {
 public:
  /// `grids`: one per level, finest first, at least one.
  TiledSlide(std::vector<TileGrid> grids, std::optional<Mpp> mpp, std::size_t cache_bytes);

  [[nodiscard]] const std::vector<SlideLevel>& levels() const override { return levels_; }
  [[nodiscard]] std::optional<Mpp> mpp() const override { return mpp_; }
  [[nodiscard]] Image read_level(int level, std::int64_t x, std::int64_t y, int width,
                                 int height) const override;
  [[nodiscard]] int max_reduction(int level) const override;
  [[nodiscard]] Image read_reduced(int level, int reduction, std::int64_t x, std::int64_t y,
                                   int width, int height) const override;

 protected:
  /// RGB8 pixels of one tile at 1/reduction of its size, or null where nothing was scanned. Called
  /// from several threads.
  [[nodiscard]] virtual std::shared_ptr<const Image> decode_tile(const TileKey& key) const = 0;
  /// Whether decode_tile can shrink the tiles of a level.
  [[nodiscard]] virtual bool shrinks(int /*level*/) const { return false; }

 private:
  std::vector<TileGrid> grids_;
  std::vector<SlideLevel> levels_;
  std::optional<Mpp> mpp_;
  mutable TileCache cache_;
};

}  // namespace galen::slide
