#include "vision/tissue/morphology.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

namespace galen::vision {
namespace {

/// Per pixel, how far the nearest `found` in its column is, at most `far`.
std::vector<std::uint16_t> distances_in_columns(const Image& mask, std::uint8_t found, int far) {
  const auto width = static_cast<std::size_t>(mask.width);
  std::vector<std::uint16_t> distances(mask.data.size());
  const auto nearer = [&](std::size_t pixel, bool has_neighbour, std::size_t neighbour) {
    const int beside = has_neighbour ? distances[neighbour] + 1 : far;
    return static_cast<std::uint16_t>(std::min<int>(distances[pixel], std::min(beside, far)));
  };
  for (std::size_t i = 0; i < distances.size(); ++i) {
    distances[i] = static_cast<std::uint16_t>(mask.data[i] == found ? 0 : far);
    distances[i] = nearer(i, i >= width, i - width);
  }
  for (std::size_t i = distances.size(); i-- > 0;) {
    distances[i] = nearer(i, i + width < distances.size(), i + width);
  }
  return distances;
}

/// Sets every pixel that has a `found` within `radius` to `found`. A pixel that lies d rows from
/// one sees it sqrt(radius^2 - d^2) columns to each side, so that a row is a union of intervals.
void spread(Image& mask, int radius, std::uint8_t found) {
  const std::vector<std::uint16_t> distances = distances_in_columns(mask, found, radius + 1);
  std::vector<int> reach;
  for (int d = 0; d <= radius; ++d) {
    reach.push_back(static_cast<int>(std::sqrt(radius * radius - d * d)));
  }
  std::vector<int> changes(static_cast<std::size_t>(mask.width) + 1);
  for (int y = 0; y < mask.height; ++y) {
    const auto row = static_cast<std::size_t>(y) * mask.width;
    std::fill(changes.begin(), changes.end(), 0);
    for (int x = 0; x < mask.width; ++x) {
      const std::uint16_t distance = distances[row + x];
      if (distance > radius) continue;
      ++changes[std::max(0, x - reach[distance])];
      --changes[std::min(mask.width, x + reach[distance] + 1)];
    }
    int covering = 0;
    for (int x = 0; x < mask.width; ++x) {
      covering += changes[x];
      if (covering > 0) mask.data[row + x] = found;
    }
  }
}

/// Copies the mask with its corner at (-margin, -margin) of the result; empty where there is none.
Image moved(const Image& mask, int margin, int width, int height) {
  Image result = make_image(width, height, 1);
  const int columns = std::min(mask.width - std::max(0, -margin), width - std::max(0, margin));
  for (int y = std::max(0, margin); y < std::min(height, mask.height + margin); ++y) {
    const auto from = static_cast<std::ptrdiff_t>(y - margin) * mask.width + std::max(0, -margin);
    const auto to = static_cast<std::ptrdiff_t>(y) * width + std::max(0, margin);
    std::copy_n(mask.data.begin() + from, columns, result.data.begin() + to);
  }
  return result;
}

}  // namespace

void dilate(Image& mask, int radius) {
  if (radius > 0) spread(mask, radius, 255);
}

void close_gaps(Image& mask, int radius) {
  if (radius < 1) return;
  const int width = mask.width;
  const int height = mask.height;
  // With room for what grows over the edges: cut off there, it would not shrink back.
  mask = moved(mask, radius, width + 2 * radius, height + 2 * radius);
  spread(mask, radius, 255);
  spread(mask, radius, 0);
  mask = moved(mask, -radius, width, height);
}

}  // namespace galen::vision
