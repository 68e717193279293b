#include "train/views/blur.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "vision/preprocess/resample.h"
#include "vision/preprocess/weigh_rows.h"

namespace galen::train {
namespace {

vision::Taps gaussian_taps(int size, double sigma) {
  const int radius = std::max(1, static_cast<int>(std::ceil(3 * sigma)));
  std::vector<double> kernel(static_cast<std::size_t>(radius) * 2 + 1);
  double sum = 0;
  for (int t = -radius; t <= radius; ++t) {
    sum += kernel[t + radius] = std::exp(-0.5 * t * t / (sigma * sigma));
  }
  vision::Taps taps;
  taps.stride = std::min(2 * radius + 1, size);
  for (int i = 0; i < size; ++i) {
    const int first = std::max(0, i - radius);
    const int last = std::min(size - 1, i + radius);
    std::vector<double> weights(static_cast<std::size_t>(taps.stride));
    for (int t = -radius; t <= radius; ++t) {
      weights[std::clamp(i + t, first, last) - first] += kernel[t + radius] / sum;
    }
    for (const double weight : weights) {
      taps.weights.push_back(
          static_cast<std::int32_t>(std::lround(weight * (1 << vision::kWeightBits))));
    }
    taps.first.push_back(first);
    taps.count.push_back(last - first + 1);
  }
  return taps;
}

vision::RasterView view_of(const Image& image) {
  return {image.data.data(),
          static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.channels),
          image.width, image.height, image.channels};
}

}  // namespace

Image blur(const Image& image, double sigma) {
  const Image across = resample_width(view_of(image), gaussian_taps(image.width, sigma), 1);
  return resample_height(view_of(across), gaussian_taps(image.height, sigma), 1);
}

}  // namespace galen::train
