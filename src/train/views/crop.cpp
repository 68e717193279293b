#include "train/views/crop.h"

#include <algorithm>
#include <cmath>

namespace galen::train {
namespace {

using vision::Rectangle;

/// Python's round: halves to even.
int rounded(double x) {
  return static_cast<int>(std::lrint(x));
}

int start_at(double centre, int length, int limit) {
  return std::clamp(rounded(centre - length / 2.0), 0, limit - length);
}

Rectangle largest_centred(int width, int height, const ViewSpec& spec) {
  const double ratio = static_cast<double>(width) / height;
  Rectangle box{0, 0, width, height};
  if (ratio < spec.ratio_low) box.height = std::max(1, rounded(width / spec.ratio_low));
  if (ratio > spec.ratio_high) box.width = std::max(1, rounded(height * spec.ratio_high));
  box.x = (width - box.width) / 2;
  box.y = (height - box.height) / 2;
  return box;
}

}  // namespace

Rectangle draw_crop(int width, int height, const ViewSpec& spec, Random& random,
                    std::optional<Place> centre) {
  constexpr int kTries = 10;
  const double area = static_cast<double>(width) * height;
  for (int i = 0; i < kTries; ++i) {
    const double target = area * random.uniform(spec.scale_low, spec.scale_high);
    const double ratio = random.log_uniform(spec.ratio_low, spec.ratio_high);
    const int w = rounded(std::sqrt(target * ratio));
    const int h = rounded(std::sqrt(target / ratio));
    if (w < 1 || h < 1 || w > width || h > height) continue;
    if (centre) return {start_at(centre->x, w, width), start_at(centre->y, h, height), w, h};
    const auto x = random.below(static_cast<std::uint64_t>(width - w) + 1);
    const auto y = random.below(static_cast<std::uint64_t>(height - h) + 1);
    return {static_cast<int>(x), static_cast<int>(y), w, h};
  }
  return largest_centred(width, height, spec);
}

Image centre_crop(const Image& image, const ViewSpec& spec) {
  const bool is_wide = image.width > image.height;
  const int short_side = std::min(image.width, image.height);
  const int long_side = static_cast<int>(static_cast<std::int64_t>(spec.resize) *
                                         std::max(image.width, image.height) / short_side);
  const int width = is_wide ? long_side : spec.resize;
  const int height = is_wide ? spec.resize : long_side;
  const Image small = vision::crop_and_resize_pil(image, {0, 0, image.width, image.height}, width,
                                                  height, spec.filter, 1);
  const Rectangle box{rounded((width - spec.size) / 2.0), rounded((height - spec.size) / 2.0),
                      spec.size, spec.size};
  return vision::crop_and_resize_pil(small, box, spec.size, spec.size, spec.filter, 1);
}

}  // namespace galen::train
