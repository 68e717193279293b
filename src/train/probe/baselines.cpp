#include "train/probe/baselines.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "vision/preprocess/resize.h"

namespace galen::train {
namespace {

constexpr int kPixelSide = 24;
constexpr std::size_t kLevels = 256;
constexpr std::size_t kBins = 16;
constexpr std::array kPercentiles{0.05, 0.25, 0.5, 0.75, 0.95};

using Histogram = std::array<std::uint32_t, kLevels>;

/// Hue, saturation and value of one pixel, each 0 .. 255; grey has hue 0.
std::array<std::uint8_t, 3> to_hsv(int r, int g, int b) {
  const int high = std::max({r, g, b});
  const int range = high - std::min({r, g, b});
  if (range == 0) return {0, 0, static_cast<std::uint8_t>(high)};
  double sixth = 0;  // of the colour circle, from -1
  if (high == r) {
    sixth = double(g - b) / range;
  } else if (high == g) {
    sixth = 2 + double(b - r) / range;
  } else {
    sixth = 4 + double(r - g) / range;
  }
  const double hue = (sixth < 0 ? sixth + 6 : sixth) / 6;
  return {static_cast<std::uint8_t>(std::lround(hue * 255)),
          static_cast<std::uint8_t>(std::lround(255.0 * range / high)),
          static_cast<std::uint8_t>(high)};
}

/// The lowest level that `share` of the pixels do not exceed.
double percentile(const Histogram& counts, double pixels, double share) {
  double below = 0;
  std::size_t level = 0;
  while (level + 1 < kLevels && (below += counts[level]) < share * pixels) ++level;
  return static_cast<double>(level);
}

void append_statistics(const Histogram& counts, double pixels, std::vector<float>& features) {
  constexpr double kTop = kLevels - 1;
  double mean = 0;
  double square = 0;
  std::array<double, kBins> bins{};
  for (std::size_t level = 0; level < kLevels; ++level) {
    const double share = counts[level] / pixels;
    const double value = static_cast<double>(level) / kTop;
    mean += share * value;
    square += share * value * value;
    bins[level * kBins / kLevels] += share;
  }
  features.push_back(static_cast<float>(mean));
  features.push_back(static_cast<float>(std::sqrt(std::max(0.0, square - mean * mean))));
  for (const double share : kPercentiles)
    features.push_back(static_cast<float>(percentile(counts, pixels, share) / kTop));
  for (const double bin : bins) features.push_back(static_cast<float>(bin));
}

}  // namespace

std::vector<float> pixel_features(const Image& image) {
  const Image small = vision::resize_bilinear_pil(image, kPixelSide, kPixelSide, 1);
  std::vector<float> features;
  features.reserve(small.data.size());
  for (const std::uint8_t value : small.data) features.push_back(float(value) / 255.0F);
  return features;
}

std::vector<float> colour_features(const Image& image) {
  std::array<Histogram, 6> counts{};
  for (std::size_t i = 0; i + 2 < image.data.size(); i += 3) {
    const std::uint8_t* rgb = image.data.data() + i;
    const auto hsv = to_hsv(rgb[0], rgb[1], rgb[2]);
    for (std::size_t c = 0; c < 3; ++c) {
      ++counts[c][rgb[c]];
      ++counts[3 + c][hsv[c]];
    }
  }
  std::vector<float> features;
  const double pixels = static_cast<double>(image.width) * image.height;
  for (const Histogram& channel : counts) append_statistics(channel, pixels, features);
  return features;
}

}  // namespace galen::train
