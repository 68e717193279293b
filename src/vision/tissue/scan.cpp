#include "vision/tissue/scan.h"

#include <algorithm>

#include "base/parallel.h"
#include "vision/tiling/required_mpp.h"
#include "vision/tissue/sharpness.h"
#include "vision/tissue/stain.h"

namespace galen::vision {
namespace {

constexpr int kBlock = 512;         // mask pixels read at a time: 4096 at 40X, 50 MB
constexpr double kSquareSide = 64;  // micrometres that are in focus or not

/// Writes what the pixels of a block say into the planes, where its corner is (left, top).
void classify(const Image& block, int left, int top, const TissueOptions& options,
              TissueScan& scan) {
  const std::uint8_t* rgb = block.data.data();
  for (int y = 0; y < block.height; ++y) {
    const std::size_t at = static_cast<std::size_t>(top + y) * scan.saturation.width + left;
    for (int x = 0; x < block.width; ++x, rgb += 3) {
      const Hsv colour = to_hsv(rgb);
      const bool black = is_black(colour);
      const bool rejected =
          (black && options.reject_black) || (options.reject_pen && is_pen(colour));
      scan.rejected.data[at + x] = rejected ? 255 : 0;
      scan.saturation.data[at + x] =
          black || rejected ? std::uint8_t{0} : static_cast<std::uint8_t>(colour.saturation);
    }
  }
}

void reject_blur(const Image& block, int left, int top, int side, double least, TissueScan& scan) {
  for (int y = 0; y < block.height; y += side) {
    for (int x = 0; x < block.width; x += side) {
      const int width = std::min(side, block.width - x);
      const int height = std::min(side, block.height - y);
      if (sharpness(block, x, y, width, height) >= least) continue;
      for (int row = y; row < y + height; ++row) {
        const auto at = static_cast<std::ptrdiff_t>(top + row) * scan.rejected.width + left + x;
        std::fill_n(scan.rejected.data.begin() + at, width, std::uint8_t{255});
      }
    }
  }
}

}  // namespace

TissueScan scan_slide(const Slide& slide, const TissueMask& mask, const TissueOptions& options,
                      const CancelToken* cancel) {
  const Mpp mpp = required_mpp(slide);
  const int width = mask.pixels.width;
  const int height = mask.pixels.height;
  TissueScan scan{make_image(width, height, 1), make_image(width, height, 1)};
  const std::size_t columns = (static_cast<std::size_t>(width) + kBlock - 1) / kBlock;
  const std::size_t rows = (static_cast<std::size_t>(height) + kBlock - 1) / kBlock;
  const int side = std::max(4, static_cast<int>(kSquareSide / mask.mpp));
  parallel_for(columns * rows, 0, [&](std::size_t i) {
    if (cancel != nullptr) cancel->check();
    const int left = static_cast<int>(i % columns) * kBlock;
    const int top = static_cast<int>(i / columns) * kBlock;
    const Image block = read_region(slide, left * mask.mpp / mpp.x, top * mask.mpp / mpp.y,
                                    std::min(kBlock, width - left), std::min(kBlock, height - top),
                                    {mask.mpp, mask.mpp}, Decoding::scaled);
    classify(block, left, top, options, scan);
    if (options.min_sharpness > 0) reject_blur(block, left, top, side, options.min_sharpness, scan);
  });
  return scan;
}

}  // namespace galen::vision
