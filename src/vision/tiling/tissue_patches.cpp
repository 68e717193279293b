#include "vision/tiling/tissue_patches.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "base/raise.h"
#include "vision/tiling/required_mpp.h"

namespace galen::vision {
namespace {

/// Share of the square with its corner at mask pixel (x, y) that is tissue; none lies outside the
/// mask.
double tissue_share(const TissueMask& mask, double x, double y, double side) {
  const Image& pixels = mask.pixels;
  const int left = static_cast<int>(std::lround(x));
  const int top = static_cast<int>(std::lround(y));
  const int right = static_cast<int>(std::min<long>(pixels.width, std::lround(x + side)));
  const int bottom = static_cast<int>(std::min<long>(pixels.height, std::lround(y + side)));
  std::size_t tissue = 0;
  for (int row = top; row < bottom; ++row) {
    const auto first = pixels.data.begin() + static_cast<std::ptrdiff_t>(row) * pixels.width;
    tissue += static_cast<std::size_t>(
        std::count(first + std::min(left, right), first + right, std::uint8_t{255}));
  }
  return std::min(1.0, static_cast<double>(tissue) / (side * side));
}

}  // namespace

std::vector<Patch> tissue_patches(const Slide& slide, const TissueMask& mask, double side,
                                  double min_tissue, double overlap) {
  const Mpp mpp = required_mpp(slide);
  const double cell = side / mask.mpp;
  if (!(cell >= 1)) {
    raise(ErrorKind::invalid_argument,
          "patches of {} micrometres are smaller than a pixel of the tissue mask", side);
  }
  const double step = side - overlap;
  if (!(overlap >= 0) || !(step >= mask.mpp)) {
    raise(
        ErrorKind::invalid_argument,
        "patches of {} micrometres that overlap by {}: the overlap is at least 0 and leaves a step "
        "of a pixel of the tissue mask, {}",
        side, overlap, mask.mpp);
  }
  const double stride = step / mask.mpp;
  std::vector<Patch> patches;
  for (int row = 0; row * stride < mask.pixels.height; ++row) {
    for (int column = 0; column * stride < mask.pixels.width; ++column) {
      const double share = tissue_share(mask, column * stride, row * stride, cell);
      if (share >= min_tissue) {
        patches.push_back({column * step / mpp.x, row * step / mpp.y, share});
      }
    }
  }
  return patches;
}

std::vector<Patch> draw_patches(const std::vector<Patch>& patches, std::size_t count,
                                std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<Patch> drawn;
  // Selection sampling (Knuth, volume 2, 3.4.2, algorithm S). std::sample differs between
  // libraries.
  for (std::size_t i = 0; i < patches.size() && drawn.size() < count; ++i) {
    const std::uint64_t left = patches.size() - i;
    if (random() % left < count - drawn.size()) {
      drawn.push_back(patches[i]);
    }
  }
  return drawn;
}

}  // namespace galen::vision
