#include "vision/tissue/tissue_mask.h"

#include <algorithm>
#include <cmath>

#include "base/raise.h"
#include "vision/tiling/required_mpp.h"
#include "vision/tissue/components.h"
#include "vision/tissue/morphology.h"
#include "vision/tissue/otsu.h"
#include "vision/tissue/scan.h"

namespace galen::vision {
namespace {

constexpr double kMostClosing = 1000;       // micrometres
constexpr double kMaxMaskPixels = 1 << 26;  // 16 x 16 mm at 2 um

void check(const TissueOptions& options) {
  const auto good = [](double value) { return std::isfinite(value) && value >= 0; };
  if (!(options.mpp > 0) || !good(options.mpp) || !good(options.closing) || !good(options.margin) ||
      !good(options.min_tissue_area) || !good(options.max_hole_area) ||
      !good(options.min_sharpness) || options.lowest_threshold > options.highest_threshold) {
    raise(ErrorKind::invalid_argument,
          "tissue options: pixel size must be above 0, lengths and areas 0 or more, the lowest "
          "threshold not above the highest");
  }
  if (options.closing > kMostClosing) {
    raise(ErrorKind::invalid_argument, "gaps of {} um to close: at most {}", options.closing,
          kMostClosing);
  }
  if (options.threshold && (*options.threshold < 0 || *options.threshold > 254)) {
    raise(ErrorKind::invalid_argument, "a tissue threshold of {}: saturation is 0 to 254",
          *options.threshold);
  }
}

/// Without the bounds, Otsu would cut a blank slide's noise in two, and a slide full of tissue into
/// pale and dark.
int threshold_of(const Image& saturation, const TissueOptions& options) {
  if (options.threshold) return *options.threshold;
  Histogram histogram{};
  for (const std::uint8_t value : saturation.data) ++histogram[value];
  return std::clamp(otsu_threshold(histogram), options.lowest_threshold, options.highest_threshold);
}

/// Clears the tissue that is rejected.
void take_out(Image& tissue, const Image& rejected) {
  for (std::size_t i = 0; i < tissue.data.size(); ++i) {
    if (rejected.data[i] != 0) tissue.data[i] = 0;
  }
}

}  // namespace

double TissueMask::fraction() const {
  return static_cast<double>(std::count(pixels.data.begin(), pixels.data.end(), 255)) /
         static_cast<double>(pixels.data.size());
}

TissueMask blank_mask(const Slide& slide, double wanted_mpp) {
  const Mpp mpp = required_mpp(slide);
  const double width = static_cast<double>(slide.levels().front().width) * mpp.x;
  const double height = static_cast<double>(slide.levels().front().height) * mpp.y;
  TissueMask mask;
  mask.mpp = std::max({wanted_mpp, mpp.x, mpp.y, std::sqrt(width * height / kMaxMaskPixels)});
  const auto pixels = [&](double micrometres) {
    return static_cast<int>(std::clamp(std::ceil(micrometres / mask.mpp), 1.0, 2e9));
  };
  mask.pixels = make_image(pixels(width), pixels(height), 1);
  return mask;
}

TissueMask find_tissue(const Slide& slide, const TissueOptions& options,
                       const CancelToken* cancel) {
  check(options);
  TissueMask mask = blank_mask(slide, options.mpp);
  TissueScan scan = scan_slide(slide, mask, options, cancel);
  mask.threshold = threshold_of(scan.saturation, options);
  mask.pixels = std::move(scan.saturation);
  for (std::uint8_t& value : mask.pixels.data) value = value > mask.threshold ? 255 : 0;
  const auto length = [&](double micrometres) {
    return static_cast<int>(std::lround(std::min(micrometres / mask.mpp, 1e4)));
  };
  const auto area = [&](double square) {
    return static_cast<std::uint64_t>(std::ceil(square / (mask.mpp * mask.mpp)));
  };
  close_gaps(mask.pixels, length(options.closing));
  // A dark nucleus is no ink: what is rejected must be as large as a piece of tissue.
  drop_small_areas(scan.rejected, area(options.min_tissue_area));
  dilate(scan.rejected, length(options.margin));
  take_out(mask.pixels, scan.rejected);
  drop_small_areas(mask.pixels, area(options.min_tissue_area));
  fill_small_holes(mask.pixels, area(options.max_hole_area));
  take_out(mask.pixels, scan.rejected);
  return mask;
}

}  // namespace galen::vision
