#include "vision/preview.h"

#include <algorithm>
#include <cmath>

#include "base/parallel.h"
#include "base/raise.h"
#include "vision/preprocess/resize.h"

namespace galen::vision {
namespace {

constexpr int kMaxWidth = 2048;
constexpr int kGap = 4;
constexpr std::uint8_t kGapGrey = 64;

void paste(const Image& tile, int left, int top, Image& sheet) {
  const std::size_t row = static_cast<std::size_t>(tile.width) * 3;
  for (int y = 0; y < tile.height; ++y) {
    const std::size_t to =
        (static_cast<std::size_t>(top + y) * static_cast<std::size_t>(sheet.width) +
         static_cast<std::size_t>(left)) *
        3;
    std::copy_n(tile.data.data() + static_cast<std::size_t>(y) * row, row, sheet.data.data() + to);
  }
}

}  // namespace

Image preview(std::span<const View> views) {
  if (views.empty()) raise(ErrorKind::invalid_argument, "there is no image to preview");
  if (views.size() == 1) return views[0].pixels;
  const int count = static_cast<int>(views.size());
  const int columns = static_cast<int>(std::ceil(std::sqrt(count)));
  const int rows = (count + columns - 1) / columns;
  const int side = std::min(views[0].pixels.width, (kMaxWidth - kGap * (columns - 1)) / columns);
  const int pitch = side + kGap;
  Image sheet = make_image(columns * pitch - kGap, rows * pitch - kGap, 3);
  std::ranges::fill(sheet.data, kGapGrey);
  parallel_for(views.size(), 0, [&](std::size_t i) {
    const int place = static_cast<int>(i);
    paste(resize_bilinear_pil(views[i].pixels, side, side, 1), place % columns * pitch,
          place / columns * pitch, sheet);
  });
  return sheet;
}

}  // namespace galen::vision
