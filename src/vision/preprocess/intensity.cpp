#include "vision/preprocess/intensity.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/raise.h"

namespace galen::vision {
namespace {

/// Clips; what is not a number becomes `low`.
template <typename T>
T clipped(T value, T low, T high) {
  return value > low ? (value < high ? value : high) : low;
}

void check_windows(std::span<const HuWindow> windows) {
  if (windows.size() != 3) {
    raise(ErrorKind::invalid_argument,
          "CT needs 3 windows for red, green and blue, the profile has {}", windows.size());
  }
  for (const HuWindow& window : windows) {
    if (!(window.low < window.high)) {
      raise(ErrorKind::invalid_argument, "CT window {} to {} HU is empty", window.low, window.high);
    }
  }
}

}  // namespace

Image ct_rgb(std::span<const float> values, int width, int height,
             std::span<const HuWindow> windows) {
  check_windows(windows);
  Image rgb = make_image(width, height, 3);
  for (std::size_t c = 0; c < 3; ++c) {
    const auto low = static_cast<float>(windows[c].low);
    const auto high = static_cast<float>(windows[c].high);
    const auto width_hu = static_cast<float>(windows[c].high - windows[c].low);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const float unit = (clipped(values[i], low, high) - low) / width_hu;
      rgb.data[3 * i + c] = static_cast<std::uint8_t>(std::lrint(unit * 255.0F));
    }
  }
  return rgb;
}

ValueRange finite_range(std::span<const float> values) {
  ValueRange range{std::numeric_limits<float>::max(), std::numeric_limits<float>::lowest()};
  for (const float value : values) {
    if (!std::isfinite(value)) continue;
    range.low = std::min(range.low, value);
    range.high = std::max(range.high, value);
  }
  return range.low <= range.high ? range : ValueRange{};
}

ValueRange joined(const ValueRange& a, const ValueRange& b) {
  return {std::min(a.low, b.low), std::max(a.high, b.high)};
}

Image grey_of_range(std::span<const float> values, int width, int height, const ValueRange& range) {
  Image grey = make_image(width, height, 1);
  const double low = range.low;
  const double span = range.high - low;
  if (!(span > 0)) {
    std::ranges::fill(grey.data, std::uint8_t{255});
    return grey;
  }
  std::ranges::transform(values, grey.data.begin(), [&](float value) {
    const double unit = clipped((value - low) / span, 0.0, 1.0);
    return static_cast<std::uint8_t>(std::lrint(unit * 255.0));
  });
  return grey;
}

Image radiograph_grey(std::span<const float> values, int width, int height,
                      const RadiographFormat& format) {
  Image grey = make_image(width, height, 1);
  const bool is_byte = format.bits_stored <= 8;
  const double full = is_byte ? 255 : 65535;
  double low = 0;
  double high = full;
  if (!is_byte || format.is_signed) {
    const ValueRange range = finite_range(values);
    low = std::trunc(range.low);
    high = std::trunc(range.high);
  }
  const double slope = high > low ? full / (high - low) : 0;
  std::ranges::transform(values, grey.data.begin(), [&](float value) {
    // The serving code cuts fractions off twice: after the modality LUT and after the stretch.
    const double whole = clipped(std::trunc(double{value}), low, high);
    double stretched = whole < high ? std::trunc(slope * (whole - low)) : full;
    if (format.is_inverted) stretched = full - stretched;
    return static_cast<std::uint8_t>(std::lrint(stretched * 255.0 / full));
  });
  return grey;
}

}  // namespace galen::vision
