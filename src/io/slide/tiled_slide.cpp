#include "io/slide/tiled_slide.h"

#include <cmath>
#include <utility>

#include "base/raise.h"

namespace galen::slide {
namespace {

// A band of 256-pixel tiles across a 50,000-pixel slide is 38 MB: three such bands stay.
constexpr std::size_t kTileCacheBytes = std::size_t{128} << 20;

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

}  // namespace

TiledSlide::TiledSlide(std::vector<TileGrid> grids, std::optional<Mpp> mpp)
    : grids_(std::move(grids)), levels_(levels_of(grids_)), mpp_(mpp), cache_(kTileCacheBytes) {}

Image TiledSlide::read_level(int level, std::int64_t x, std::int64_t y, int width,
                             int height) const {
  if (level < 0 || static_cast<std::size_t>(level) >= levels_.size()) {
    raise(ErrorKind::invalid_argument, "level {}: the slide has levels 0 to {}", level,
          levels_.size() - 1);
  }
  const auto index = static_cast<std::size_t>(level);
  const double downsample = levels_[index].downsample;
  return compose_region(grids_[index], std::llround(static_cast<double>(x) / downsample),
                        std::llround(static_cast<double>(y) / downsample), width, height,
                        [&](std::int64_t column, std::int64_t row) {
                          const TileKey key{level, column, row};
                          if (auto held = cache_.find(key)) {
                            return held;
                          }
                          auto tile = decode_tile(index, column, row);
                          if (tile) {
                            cache_.insert(key, tile);
                          }
                          return tile;
                        });
}

}  // namespace galen::slide
