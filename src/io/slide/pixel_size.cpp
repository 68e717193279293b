#include "io/slide/pixel_size.h"

#include <algorithm>
#include <cmath>

#include "base/log.h"
#include "base/raise.h"

namespace galen::slide {
namespace {

// Resolution tags above this are of a printer (300 dpi is 85 um).
constexpr double kCoarsestScan = 20;

bool alike(double a, double b) {
  return std::abs(a - b) <= 0.05 * std::max(a, b);
}

}  // namespace

bool plausible(const Mpp& mpp) {
  const auto good = [](double side) { return std::isfinite(side) && side > 0 && side <= 100; };
  return good(mpp.x) && good(mpp.y) && mpp.x / mpp.y < 1.5 && mpp.y / mpp.x < 1.5;
}

std::optional<Mpp> choose_mpp(const SlideOptions& options, const StatedMpp& stated,
                              const std::string& file) {
  if (options.mpp) {
    if (plausible(*options.mpp)) return options.mpp;
    raise(ErrorKind::invalid_argument,
          "--mpp {} x {}: micrometres per pixel must be above 0, at most 100 and alike in x and y; "
          "20X is 0.5, 40X is 0.25",
          options.mpp->x, options.mpp->y);
  }
  const bool has_metadata = stated.metadata && plausible(*stated.metadata);
  const bool has_tags = stated.tags && plausible(*stated.tags);
  if (!has_metadata) return has_tags ? stated.tags : std::nullopt;
  if (has_tags && stated.tags->x < kCoarsestScan &&
      !(alike(stated.metadata->x, stated.tags->x) && alike(stated.metadata->y, stated.tags->y))) {
    log_warning(fmt::format(
        "{}: its metadata say {:.4g} micrometres per pixel, its resolution tags {:.4g}: neither is "
        "believed; give the right one with --mpp",
        file, stated.metadata->x, stated.tags->x));
    return std::nullopt;
  }
  return stated.metadata;
}

}  // namespace galen::slide
