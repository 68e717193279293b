#include "io/slide/tiled_slide.h"

#include <cmath>
#include <utility>

#include "base/raise.h"

namespace galen::slide {
namespace {

std::vector<SlideLevel> levels_of(const std::vector<TileGrid>& grids) {
  std::vector<SlideLevel> levels;
  const auto width = static_cast<double>(grids.front().width);
  const auto height = static_cast<double>(grids.front().height);
  for (const TileGrid& grid : grids) {
    // The mean of both ratios, as OpenSlide takes it: sides are rounded to whole pixels.
    const double ratio =
        (width / static_cast<double>(grid.width) + height / static_cast<double>(grid.height)) / 2;
    levels.push_back({grid.width, grid.height, ratio});
  }
  return levels;
}

TileGrid shrunk(const TileGrid& grid, int reduction) {
  return {(grid.width + reduction - 1) / reduction, (grid.height + reduction - 1) / reduction,
          grid.tile_width / reduction, grid.tile_height / reduction};
}

}  // namespace

TiledSlide::TiledSlide(std::vector<TileGrid> grids, std::optional<Mpp> mpp, std::size_t cache_bytes)
    : grids_(std::move(grids)), levels_(levels_of(grids_)), mpp_(mpp), cache_(cache_bytes) {}

Image TiledSlide::read_level(int level, std::int64_t x, std::int64_t y, int width,
                             int height) const {
  return read_reduced(level, 1, x, y, width, height);
}

int TiledSlide::max_reduction(int level) const {
  if (!shrinks(level)) return 1;
  const TileGrid& grid = grids_[static_cast<std::size_t>(level)];
  int reduction = 1;
  // Shrunk tiles must lie side by side without a gap.
  while (reduction < 8 && grid.tile_width % (2 * reduction) == 0 &&
         grid.tile_height % (2 * reduction) == 0) {
    reduction *= 2;
  }
  return reduction;
}

Image TiledSlide::read_reduced(int level, int reduction, std::int64_t x, std::int64_t y, int width,
                               int height) const {
  if (level < 0 || static_cast<std::size_t>(level) >= levels_.size()) {
    raise(ErrorKind::invalid_argument, "level {}: the slide has levels 0 to {}", level,
          levels_.size() - 1);
  }
  if (reduction < 1 || (reduction & (reduction - 1)) != 0 || reduction > max_reduction(level)) {
    raise(ErrorKind::invalid_argument, "level {} shrunk {} times: at most {} times", level,
          reduction, max_reduction(level));
  }
  const auto index = static_cast<std::size_t>(level);
  const double downsample = levels_[index].downsample * reduction;
  return compose_region(shrunk(grids_[index], reduction),
                        std::llround(static_cast<double>(x) / downsample),
                        std::llround(static_cast<double>(y) / downsample), width, height,
                        [&](std::int64_t column, std::int64_t row) {
                          const TileKey key{level, column, row, reduction};
                          return cache_.get(key, [&] { return decode_tile(key); });
                        });
}

}  // namespace galen::slide
