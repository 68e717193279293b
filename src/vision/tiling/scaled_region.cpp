#include "vision/tiling/scaled_region.h"

#include <algorithm>
#include <cmath>

#include "base/raise.h"
#include "vision/preprocess/resize.h"

namespace galen::vision {
namespace {

// Within this a level counts as fine enough: 0.2525 um scanners call a 1.01 um level 10X.
constexpr double kLevelTolerance = 1.015;
// Source pixels of one read: 100 MB.
constexpr double kMostPixels = 1 << 25;
constexpr double kFar = 1e12;  // level-0 pixels: outside every slide, inside std::int64_t

/// A stored level, or one that its decoder makes by shrinking it.
struct Source {
  int level = 0;
  int reduction = 1;
  double downsample = 1;  ///< level-0 pixels a pixel
};

/// The coarsest source that is as fine as wanted; level 0 when none is. Of equal ones the level
/// that is stored coarser, which costs less.
Source source_for(const Slide& slide, double scale, Decoding decoding) {
  const auto& levels = slide.levels();
  const double most = scale * kLevelTolerance;
  Source best;
  for (int level = 0; level < static_cast<int>(levels.size()); ++level) {
    const int reductions = decoding == Decoding::scaled ? slide.max_reduction(level) : 1;
    for (int reduction = 1; reduction <= reductions; reduction *= 2) {
      const double downsample = levels[level].downsample * reduction;
      if (downsample <= most && downsample >= best.downsample * 0.995) {
        best = {level, reduction, downsample};
      }
    }
  }
  return best;
}

/// Copies `part` into `whole` with its corner at pixel (x, y).
void place(const Image& part, int x, int y, Image& whole) {
  const auto bytes = static_cast<std::size_t>(part.width) * 3;
  for (int row = 0; row < part.height; ++row) {
    const std::size_t to = (static_cast<std::size_t>(y + row) * whole.width + x) * 3;
    std::copy_n(part.data.data() + row * bytes, bytes, whole.data.data() + to);
  }
}

/// A side in pixels of the level; beyond an int it is beyond every limit of Image as well.
int side_at_level(int side, double ratio) {
  return static_cast<int>(std::clamp(std::round(side * ratio), 1.0, 2e9));
}

/// The level-0 pixel nearest to `at` that is a whole pixel of the level: no second interpolation.
std::int64_t snap(double at, double downsample) {
  return std::llround(std::round(std::clamp(at, -kFar, kFar) / downsample) * downsample);
}

struct Wanted {
  double x, y;
  int width, height;
  double scale_x, scale_y;
};

/// A region far coarser than every level (slides without a pyramid): made at half the scale,
/// quarter by quarter, so that memory stays small.
Image in_quarters(const Slide& slide, const Wanted& region, Decoding decoding) {
  Image whole = make_image(2 * region.width, 2 * region.height, 3);
  for (int quarter = 0; quarter < 4; ++quarter) {
    const int left = quarter % 2 * region.width;
    const int top = quarter / 2 * region.height;
    place(scaled_region(slide, region.x + left * region.scale_x / 2,
                        region.y + top * region.scale_y / 2, region.width, region.height,
                        region.scale_x / 2, region.scale_y / 2, decoding),
          left, top, whole);
  }
  return resize_bilinear_pil(whole, region.width, region.height, 1);
}

}  // namespace

Image scaled_region(const Slide& slide, double x, double y, int width, int height, double scale_x,
                    double scale_y, Decoding decoding) {
  if (!std::isfinite(x) || !std::isfinite(y) || width < 1 || height < 1) {
    raise(ErrorKind::invalid_argument, "a region of {} x {} pixels at ({}, {}) has no content",
          width, height, x, y);
  }
  const Source source = source_for(slide, std::min(scale_x, scale_y), decoding);
  const double ratio_x = scale_x / source.downsample;
  const double ratio_y = scale_y / source.downsample;
  if (width * ratio_x * height * ratio_y > kMostPixels && std::min(ratio_x, ratio_y) >= 2 &&
      std::max(width, height) <= kMaxImageSide / 2) {
    return in_quarters(slide, {x, y, width, height, scale_x, scale_y}, decoding);
  }
  Image pixels = slide.read_reduced(source.level, source.reduction, snap(x, source.downsample),
                                    snap(y, source.downsample), side_at_level(width, ratio_x),
                                    side_at_level(height, ratio_y));
  if (pixels.width == width && pixels.height == height) return pixels;
  // One thread: callers read many regions side by side.
  return resize_bilinear_pil(pixels, width, height, 1);
}

double source_pixels(const Slide& slide, int width, int height, double scale_x, double scale_y,
                     Decoding decoding) {
  const double downsample = source_for(slide, std::min(scale_x, scale_y), decoding).downsample;
  const double pixels = width * scale_x / downsample * (height * scale_y / downsample);
  return std::min(pixels, std::max(kMostPixels, 4.0 * width * height));
}

Thumbnail thumbnail(const Slide& slide, int side) {
  const SlideLevel& base = slide.levels().front();
  const auto longer = static_cast<double>(std::max(base.width, base.height));
  const double scale = std::max(1.0, longer / side);
  const auto pixels = [&](std::int64_t length) {
    return std::max(1, static_cast<int>(std::lround(static_cast<double>(length) / scale)));
  };
  const int width = pixels(base.width);
  const int height = pixels(base.height);
  return {scaled_region(slide, 0, 0, width, height, static_cast<double>(base.width) / width,
                        static_cast<double>(base.height) / height, Decoding::scaled),
          scale};
}

}  // namespace galen::vision
