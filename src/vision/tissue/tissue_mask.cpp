#include "vision/tissue/tissue_mask.h"

#include <algorithm>
#include <cmath>

#include "base/parallel.h"
#include "vision/tiling/required_mpp.h"
#include "vision/tissue/components.h"
#include "vision/tissue/otsu.h"

namespace galen::vision {
namespace {

constexpr int kBlock = 512;                 // mask pixels read at a time: 4096 at 40X, 50 MB
constexpr double kMaxMaskPixels = 1 << 26;  // 16 x 16 mm at 2 um
constexpr int kBlack = 40;                  // pen, slide edge, unscanned: their saturation is noise
// Glass stays below, H&E above: without these, Otsu would cut a blank slide's noise in two, and a
// slide full of tissue into pale and dark.
constexpr int kMinThreshold = 15;
constexpr int kMaxThreshold = 50;

/// HSV saturation, 0 to 255.
std::uint8_t saturation(const std::uint8_t* rgb) {
  const auto [low, high] = std::minmax({rgb[0], rgb[1], rgb[2]});
  return high < kBlack ? std::uint8_t{0} : static_cast<std::uint8_t>(255 * (high - low) / high);
}

/// An empty mask over the whole slide, its scale chosen.
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

void read_saturation(const Slide& slide, TissueMask& mask) {
  const Mpp mpp = required_mpp(slide);
  Image& pixels = mask.pixels;
  const std::size_t columns = (static_cast<std::size_t>(pixels.width) + kBlock - 1) / kBlock;
  const std::size_t rows = (static_cast<std::size_t>(pixels.height) + kBlock - 1) / kBlock;
  parallel_for(columns * rows, 0, [&](std::size_t block) {
    const int left = static_cast<int>(block % columns) * kBlock;
    const int top = static_cast<int>(block / columns) * kBlock;
    const Image region = read_region(slide, left * mask.mpp / mpp.x, top * mask.mpp / mpp.y,
                                     std::min(kBlock, pixels.width - left),
                                     std::min(kBlock, pixels.height - top), {mask.mpp, mask.mpp});
    const std::uint8_t* rgb = region.data.data();
    for (int y = 0; y < region.height; ++y) {
      std::uint8_t* out =
          pixels.data.data() + static_cast<std::size_t>(top + y) * pixels.width + left;
      for (int x = 0; x < region.width; ++x, rgb += 3) {
        out[x] = saturation(rgb);
      }
    }
  });
}

}  // namespace

TissueMask find_tissue(const Slide& slide, const TissueOptions& options) {
  TissueMask mask = blank_mask(slide, options.mpp);
  read_saturation(slide, mask);
  Histogram histogram{};
  for (const std::uint8_t value : mask.pixels.data) {
    ++histogram[value];
  }
  mask.threshold = std::clamp(otsu_threshold(histogram), kMinThreshold, kMaxThreshold);
  for (std::uint8_t& value : mask.pixels.data) {
    value = value > mask.threshold ? 255 : 0;
  }
  const auto pixels = [&](double area) {
    return static_cast<std::uint64_t>(std::ceil(area / (mask.mpp * mask.mpp)));
  };
  drop_small_areas(mask.pixels, pixels(options.min_tissue_area));
  fill_small_holes(mask.pixels, pixels(options.max_hole_area));
  return mask;
}

}  // namespace galen::vision
