#include "vision/preprocess/intensity.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "base/raise.h"

namespace galen::vision {
namespace {

/// Clips; what is not a number becomes `low`.
template <typename T>
T clipped(T value, T low, T high) {
  const T raised = value > low ? value : low;
  return raised < high ? raised : high;
}

/// Half to even, as lrint, for values from 0 to 255; compilers make vectors of it.
float rounded(float value) {
  constexpr float kNoFractions = 12582912.0F;  // 1.5 * 2^23: from here on floats are whole
  return (value + kNoFractions) - kNoFractions;
}

/// Pixels treated at once: loops of a constant length become vectors.
constexpr std::size_t kRun = 64;
using Run = std::array<float, kRun>;

/// Adds what the window makes of the values, 0 to 255, at bit `shift` of the packed pixels.
void through_window(const Run& values, const HuWindow& window, int shift,
                    std::array<std::int32_t, kRun>& packed) {
  const auto low = static_cast<float>(window.low);
  const auto high = static_cast<float>(window.high);
  const auto width_hu = static_cast<float>(window.high - window.low);
  for (std::size_t i = 0; i < kRun; ++i) {
    const float unit = (clipped(values[i], low, high) - low) / width_hu;
    packed[i] |= static_cast<std::int32_t>(rounded(unit * 255.0F)) << shift;
  }
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
  for (std::size_t first = 0; first < values.size(); first += kRun) {
    const auto part = values.subspan(first, std::min(kRun, values.size() - first));
    Run run{};
    std::ranges::copy(part, run.begin());
    std::array<std::int32_t, kRun> packed{};
    for (std::size_t c = 0; c < 3; ++c)
      through_window(run, windows[c], static_cast<int>(8 * c), packed);
    for (std::size_t i = 0; i < part.size(); ++i)
      std::memcpy(rgb.data.data() + 3 * (first + i), &packed[i], 3);
  }
  return rgb;
}

ValueRange finite_range(std::span<const float> values) {
  ValueRange range;
  for (const float value : values) {
    if (!std::isfinite(value)) continue;
    range.low = std::min(range.low, value);
    range.high = std::max(range.high, value);
  }
  return range;
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
