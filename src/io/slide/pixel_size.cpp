#include "io/slide/pixel_size.h"

#include <cmath>

#include "base/raise.h"

namespace galen::slide {

bool plausible(const Mpp& mpp) {
  const auto good = [](double side) { return std::isfinite(side) && side > 0 && side <= 100; };
  return good(mpp.x) && good(mpp.y) && mpp.x / mpp.y < 1.5 && mpp.y / mpp.x < 1.5;
}

std::optional<Mpp> choose_mpp(const SlideOptions& options, std::optional<Mpp> stated) {
  if (!options.mpp) {
    return stated && plausible(*stated) ? stated : std::nullopt;
  }
  if (!plausible(*options.mpp)) {
    raise(ErrorKind::invalid_argument,
          "--mpp {} x {}: micrometres per pixel must be above 0, at most 100 and alike in x and y; "
          "20X is 0.5, 40X is 0.25",
          options.mpp->x, options.mpp->y);
  }
  return options.mpp;
}

}  // namespace galen::slide
