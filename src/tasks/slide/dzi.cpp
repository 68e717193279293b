#include "tasks/slide/dzi.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <fmt/format.h>
#include <vector>

#include "base/file.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "base/raise.h"
#include "io/raster/raster.h"
#include "tasks/slide/pictures.h"
#include "vision/tiling/required_mpp.h"
#include "vision/tiling/scaled_region.h"

namespace galen {
namespace {

namespace fs = std::filesystem;

constexpr int kOutline = 2;  // pixels

/// One level: its size, and level-0 pixels of the slide a pixel.
struct Level {
  int number = 0;
  std::int64_t width = 0;
  std::int64_t height = 0;
  double scale_x = 1;
  double scale_y = 1;

  [[nodiscard]] std::int64_t columns(int tile) const { return (width + tile - 1) / tile; }
  [[nodiscard]] std::int64_t rows(int tile) const { return (height + tile - 1) / tile; }
};

void check(const fs::path& path, const DziOptions& options) {
  if (path.extension() != ".dzi") {
    raise(ErrorKind::invalid_argument, "{}: a Deep Zoom picture is called NAME.dzi", path.string());
  }
  if (options.tile_size < 16 || options.tile_size > 4096 || options.overlap < 0 ||
      options.overlap > options.tile_size / 2 || options.quality < 0 || options.quality > 100 ||
      !(options.mpp >= 0)) {
    raise(
        ErrorKind::invalid_argument,
        "Deep Zoom tiles of {} pixels, overlap {}, quality {}: 16 to 4096, at most half a tile, 0 "
        "to 100",
        options.tile_size, options.overlap, options.quality);
  }
}

/// The levels from the finest down to one pixel: each half of the one before, rounded up.
std::vector<Level> levels_of(const Slide& slide, double mpp) {
  const SlideLevel& base = slide.levels().front();
  double coarser = 1;
  if (mpp > 0) coarser = std::max(1.0, mpp / vision::required_mpp(slide).x);
  auto width = std::max<std::int64_t>(1, std::llround(static_cast<double>(base.width) / coarser));
  auto height = std::max<std::int64_t>(1, std::llround(static_cast<double>(base.height) / coarser));
  const auto longer = static_cast<std::uint64_t>(std::max(width, height));
  std::vector<Level> levels;
  for (int number = static_cast<int>(std::bit_width(longer - 1)); number >= 0; --number) {
    levels.push_back({number, width, height,
                      static_cast<double>(base.width) / static_cast<double>(width),
                      static_cast<double>(base.height) / static_cast<double>(height)});
    width = (width + 1) / 2;
    height = (height + 1) / 2;
  }
  return levels;
}

class DziWriter {
 public:
  DziWriter(const fs::path& path, const Slide& slide, const PaintTile& paint,
            const DziOptions& options)
      : slide_(slide), paint_(paint), options_(options) {
    folder_ = path.parent_path() / (path.stem().string() + "_files");
  }

  [[nodiscard]] const char* format() const { return options_.quality == 0 ? "png" : "jpg"; }

  void write_tile(const Level& level, std::int64_t column, std::int64_t row) const {
    const auto span = [&](std::int64_t cell, std::int64_t size) {
      const std::int64_t tile = options_.tile_size;
      const std::int64_t first = std::max<std::int64_t>(0, cell * tile - options_.overlap);
      const std::int64_t last = std::min(size, (cell + 1) * tile + options_.overlap);
      return std::pair{first, static_cast<int>(last - first)};
    };
    const auto [x, width] = span(column, level.width);
    const auto [y, height] = span(row, level.height);
    const PicturePlace place{static_cast<double>(x) * level.scale_x,
                             static_cast<double>(y) * level.scale_y, level.scale_x};
    Image tile = vision::scaled_region(slide_, place.x, place.y, width, height, level.scale_x,
                                       level.scale_y, Decoding::scaled);
    if (paint_) paint_(tile, place);
    raster::write_picture(folder_of(level) / fmt::format("{}_{}.{}", column, row, format()), tile,
                          std::max(1, options_.quality));
  }

  [[nodiscard]] fs::path folder_of(const Level& level) const {
    return folder_ / std::to_string(level.number);
  }

 private:
  const Slide& slide_;
  const PaintTile& paint_;
  const DziOptions& options_;
  fs::path folder_;
};

std::string description(const Level& finest, const DziOptions& options, const char* format) {
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<Image xmlns=\"http://schemas.microsoft.com/deepzoom/2008\" Format=\"{}\" Overlap=\"{}\" "
      "TileSize=\"{}\">\n  <Size Width=\"{}\" Height=\"{}\"/>\n</Image>\n",
      format, options.overlap, options.tile_size, finest.width, finest.height);
}

}  // namespace

std::size_t write_dzi(const fs::path& path, const Slide& slide, const vision::TissueMask* mask,
                      const DziOptions& options, const CancelToken& cancel) {
  PaintTile paint;
  if (mask != nullptr) {
    paint = [&slide, mask](Image& tile, const PicturePlace& place) {
      draw_outline(tile, place, slide, *mask, kOutline);
    };
  }
  return write_painted_dzi(path, slide, paint, options, cancel);
}

std::size_t write_painted_dzi(const fs::path& path, const Slide& slide, const PaintTile& paint,
                              const DziOptions& options, const CancelToken& cancel) {
  check(path, options);
  const std::vector<Level> levels = levels_of(slide, options.mpp);
  const DziWriter writer(path, slide, paint, options);
  std::size_t total = 0;
  for (const Level& level : levels) {
    total +=
        static_cast<std::size_t>(level.columns(options.tile_size) * level.rows(options.tile_size));
  }
  Progress progress("dzi", total, "tiles");
  for (const Level& level : levels) {
    fs::create_directories(writer.folder_of(level));
    const std::int64_t columns = level.columns(options.tile_size);
    const auto count = static_cast<std::size_t>(columns * level.rows(options.tile_size));
    parallel_for(count, options.threads, [&](std::size_t i) {
      cancel.check();
      const auto tile = static_cast<std::int64_t>(i);
      writer.write_tile(level, tile % columns, tile / columns);
      progress.advance();
    });
  }
  write_file(path, description(levels.front(), options, writer.format()));
  return total;
}

}  // namespace galen
