#include <cmath>

#include <galen/slide.h>

#include "base/raise.h"
#include "vision/tiling/required_mpp.h"
#include "vision/tiling/scaled_region.h"

namespace galen {
namespace {

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

}  // namespace

Image read_region(const Slide& slide, double x, double y, int width, int height, Mpp mpp,
                  Decoding decoding) {
  const Mpp base = vision::required_mpp(slide);
  check_wanted(mpp, base);
  return vision::scaled_region(slide, x, y, width, height, mpp.x / base.x, mpp.y / base.y,
                               decoding);
}

}  // namespace galen
