#include <algorithm>
#include <cmath>

#include <galen/slide.h>

#include "base/raise.h"
#include "vision/preprocess/resize.h"
#include "vision/tiling/required_mpp.h"

namespace galen {
namespace {

// Within this a level counts as fine enough: 0.2525 um scanners call a 1.01 um level 10X.
constexpr double kLevelTolerance = 1.015;
constexpr double kFar = 1e12;  // level-0 pixels: outside every slide, inside std::int64_t

void check_wanted(const Mpp& wanted, const Mpp& slide) {
  const auto good = [](double side) { return std::isfinite(side) && side > 0 && side <= 1000; };
  if (!good(wanted.x) || !good(wanted.y)) {
    raise(ErrorKind::invalid_argument,
          "a region at {} x {} micrometres per pixel: must be above 0 and at most 1000", wanted.x,
          wanted.y);
  }
  if (slide.x > wanted.x * kMaxUpsampling || slide.y > wanted.y * kMaxUpsampling) {
    raise(ErrorKind::invalid_argument,
          "a region at {:.4g} micrometres per pixel: the slide was scanned at {:.4g}, ask for that "
          "or coarser",
          wanted.x, slide.x);
  }
}

/// The coarsest level that is as fine as wanted; level 0 when none is.
std::size_t level_for(const Slide& slide, const Mpp& wanted, const Mpp& base) {
  const auto& levels = slide.levels();
  const double most =
      std::min(wanted.x / base.x, wanted.y / base.y) * kLevelTolerance;  // in level-0 pixels
  std::size_t best = 0;
  for (std::size_t i = 1; i < levels.size(); ++i) {
    if (levels[i].downsample <= most && levels[i].downsample > levels[best].downsample) {
      best = i;
    }
  }
  return best;
}

/// A side in pixels of the level; beyond an int it is beyond every limit of Image as well.
int side_at_level(int side, double ratio) {
  const double pixels = std::clamp(std::round(side * ratio), 1.0, 2e9);
  return static_cast<int>(pixels);
}

/// The level-0 pixel nearest to `at` that is a whole pixel of the level: no second interpolation.
std::int64_t snap(double at, double downsample) {
  return std::llround(std::round(std::clamp(at, -kFar, kFar) / downsample) * downsample);
}

}  // namespace

Image read_region(const Slide& slide, double x, double y, int width, int height, Mpp mpp) {
  const Mpp base = vision::required_mpp(slide);
  check_wanted(mpp, base);
  if (!std::isfinite(x) || !std::isfinite(y) || width < 1 || height < 1) {
    raise(ErrorKind::invalid_argument, "a region of {} x {} pixels at ({}, {}) has no content",
          width, height, x, y);
  }
  const std::size_t level = level_for(slide, mpp, base);
  const double downsample = slide.levels()[level].downsample;
  const Image pixels =
      slide.read_level(static_cast<int>(level), snap(x, downsample), snap(y, downsample),
                       side_at_level(width, mpp.x / (base.x * downsample)),
                       side_at_level(height, mpp.y / (base.y * downsample)));
  // One thread: callers read many regions side by side.
  return vision::resize_bilinear_pil(pixels, width, height, 1);
}

}  // namespace galen
