// Writes a slide of any size for benchmarks, from the pixels of a real one:
//
//   make_slide SOURCE OUT.tiff WIDTH HEIGHT MPP STEP SHARE
//
// A square of SOURCE that is full of tissue, as large as a power of two allows, is laid side by
// side over about SHARE (0 to 1) of the slide, as a round piece in its middle; the rest is glass.
// Each level is STEP times coarser than the one before; STEP 0: no pyramid. SOURCE's pixels are
// taken as they are and called MPP micrometres wide. The area of tissue is printed.

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fmt/core.h>
#include <map>
#include <numeric>
#include <tuple>
#include <vector>

#include <galen/slide.h>

#include "base/file.h"
#include "bench/tiff_pyramid.h"
#include "io/raster/raster.h"
#include "vision/preprocess/resize.h"
#include "vision/tissue/tissue_mask.h"

namespace galen::bench {
namespace {

constexpr double kFull = 0.95;  // share of tissue in the square
constexpr int kLeastLevel = 1024;
constexpr std::uint8_t kGlass = 243;
constexpr int kQuality = 85;

double tissue_share(const vision::TissueMask& mask, double scale, int x, int y, int side) {
  const auto at = [&](int pixel, int most) {
    return std::min(static_cast<int>(pixel / scale), most);
  };
  const int right = at(x + side, mask.pixels.width);
  const int bottom = at(y + side, mask.pixels.height);
  std::int64_t tissue = 0;
  std::int64_t all = 0;
  for (int row = at(y, bottom); row < bottom; ++row) {
    for (int column = at(x, right); column < right; ++column, ++all) {
      tissue += mask.pixels.data[static_cast<std::size_t>(row) * mask.pixels.width + column] / 255;
    }
  }
  return all == 0 ? 0 : static_cast<double>(tissue) / static_cast<double>(all);
}

Image find_square(const Slide& source) {
  const vision::TissueMask mask = vision::find_tissue(source);
  const double scale = mask.mpp / source.mpp().value().x;
  const SlideLevel& base = source.levels().front();
  for (int side = 4096; side >= kTileSide; side /= 2) {
    for (int y = 0; y + side <= base.height; y += 64) {
      for (int x = 0; x + side <= base.width; x += 64) {
        if (tissue_share(mask, scale, x, y, side) < kFull) continue;
        fmt::print("square of {} pixels at {}, {}\n", side, x, y);
        return source.read_level(0, x, y, side, side);
      }
    }
  }
  throw Error(ErrorKind::invalid_argument, "no square of the source is full of tissue");
}

/// The blocks of the slide, each as large as the square, that are tissue: those nearest the middle.
std::vector<bool> lay_out(std::int64_t columns, std::int64_t rows, double share) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(columns * rows));
  std::iota(order.begin(), order.end(), 0);
  const auto from_middle = [&](std::int64_t block) {
    const auto offset = [](std::int64_t at, std::int64_t count) {
      return (static_cast<double>(at) + 0.5) / static_cast<double>(count) - 0.5;
    };
    return std::hypot(offset(block % columns, columns), offset(block / columns, rows));
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return from_middle(a) < from_middle(b); });
  order.resize(static_cast<std::size_t>(std::lround(share * static_cast<double>(order.size()))));
  std::vector<bool> tissue(static_cast<std::size_t>(columns * rows));
  for (const std::int64_t block : order) tissue[static_cast<std::size_t>(block)] = true;
  return tissue;
}

class Maker {
 public:
  Maker(Image square, std::int64_t width, std::int64_t height, double mpp, double share)
      : square_(std::move(square)),
        width_(width),
        height_(height),
        mpp_(mpp),
        columns_(width / square_.width),
        rows_(height / square_.width),
        tissue_(lay_out(columns_, rows_, share)) {}

  [[nodiscard]] double tissue_mm2() const {
    const double side = square_.width * mpp_ / 1000;
    return static_cast<double>(std::count(tissue_.begin(), tissue_.end(), true)) * side * side;
  }

  [[nodiscard]] std::string make(int step) {
    std::int64_t shrunk = 1;
    do {
      add_level(shrunk);
      shrunk *= step;
    } while (step > 1 && std::max(width_, height_) / shrunk >= kLeastLevel &&
             shrunk <= square_.width);
    return pyramid_.bytes();
  }

 private:
  [[nodiscard]] bool is_tissue(std::int64_t column, std::int64_t row) const {
    return column < columns_ && row < rows_ &&
           tissue_[static_cast<std::size_t>(row * columns_ + column)];
  }

  /// Tile (column, row) of a level where a block is `pattern` wide.
  [[nodiscard]] Image render(const Image& pattern, std::int64_t column, std::int64_t row) const {
    Image tile = make_image(kTileSide, kTileSide, 3);
    std::fill(tile.data.begin(), tile.data.end(), kGlass);
    const std::int64_t side = pattern.width;
    std::uint8_t* to = tile.data.data();
    for (int y = 0; y < kTileSide; ++y) {
      const std::int64_t at_y = row * kTileSide + y;
      for (int x = 0; x < kTileSide; ++x, to += 3) {
        const std::int64_t at_x = column * kTileSide + x;
        if (!is_tissue(at_x / side, at_y / side)) continue;
        std::copy_n(pattern.data.data() + (at_y % side * side + at_x % side) * 3, 3, to);
      }
    }
    return tile;
  }

  void add_level(std::int64_t shrunk) {
    const int side = static_cast<int>(square_.width / shrunk);
    const Image pattern = vision::resize_bilinear_pil(square_, side, side);
    const std::int64_t width = (width_ + shrunk - 1) / shrunk;
    const std::int64_t height = (height_ + shrunk - 1) / shrunk;
    const std::int64_t period = side / kTileSide;  // tiles; 0: a tile shows several blocks
    std::map<std::tuple<std::int64_t, std::int64_t, bool>, StoredTile> stored;
    std::vector<StoredTile> tiles;
    for (std::int64_t row = 0; row * kTileSide < height; ++row) {
      for (std::int64_t column = 0; column * kTileSide < width; ++column) {
        auto key = std::tuple{column, row, false};
        if (period > 0) {
          key = {column % period, row % period, is_tissue(column / period, row / period)};
        }
        auto found = stored.find(key);
        if (found == stored.end()) {
          const std::string jpeg = raster::encode_jpeg(render(pattern, column, row), kQuality);
          found = stored.emplace(key, pyramid_.store(jpeg)).first;
        }
        tiles.push_back(found->second);
      }
    }
    const double mpp = mpp_ * static_cast<double>(shrunk);
    pyramid_.add_level(width, height, tiles, {mpp, mpp});
  }

  Image square_;
  std::int64_t width_;
  std::int64_t height_;
  double mpp_;
  std::int64_t columns_;
  std::int64_t rows_;
  std::vector<bool> tissue_;
  TiffPyramid pyramid_;
};

int run(char** argv) {
  const double mpp = std::atof(argv[5]);
  const auto source = open_slide(argv[1], {.mpp = Mpp{mpp, mpp}});
  Maker maker(find_square(*source), std::atoll(argv[3]), std::atoll(argv[4]), mpp,
              std::atof(argv[7]));
  write_file(argv[2], maker.make(std::atoi(argv[6])));
  fmt::print("{:.3f} mm2 of tissue\n", maker.tissue_mm2());
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace galen::bench

int main(int argc, char** argv) {
  if (argc != 8) {
    fmt::print(stderr, "make_slide SOURCE OUT.tiff WIDTH HEIGHT MPP STEP SHARE\n");
    return EXIT_FAILURE;
  }
  try {
    return galen::bench::run(argv);
  } catch (const galen::Error& error) {
    fmt::print(stderr, "make_slide: {}\n", error.what());
    return EXIT_FAILURE;
  }
}
