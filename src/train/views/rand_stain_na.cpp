#include "train/views/rand_stain_na.h"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "train/views/colour_space.h"

namespace galen::train {
namespace {

template <auto Convert>
ChannelStatistics statistics_in(const Image& rgb) {
  std::array<double, 3> sum{};
  std::array<double, 3> squares{};
  for (std::size_t i = 0; i < rgb.data.size(); i += 3) {
    const auto value = Convert(&rgb.data[i]);
    for (std::size_t c = 0; c < 3; ++c) {
      const auto x = static_cast<double>(value[c]);
      sum[c] += x;
      squares[c] += x * x;
    }
  }
  const double count = static_cast<double>(rgb.data.size()) / 3;
  ChannelStatistics found;
  for (std::size_t c = 0; c < 3; ++c) {
    found.mean[c] = sum[c] / count;
    const double variance = squares[c] / count - found.mean[c] * found.mean[c];
    found.deviation[c] = std::sqrt(std::max(0.0, variance));
  }
  return found;
}

struct Line {
  std::array<double, 3> slope;
  std::array<double, 3> offset;
};

Line line_between(const ChannelStatistics& from, const ChannelStatistics& to) {
  Line line{};
  for (std::size_t c = 0; c < 3; ++c) {
    line.slope[c] = to.deviation[c] / std::clamp(from.deviation[c], 1e-4, 255.0);
    line.offset[c] = to.mean[c] - from.mean[c] * line.slope[c];
  }
  return line;
}

/// Bytes are clipped and truncated, floats stay as they are.
template <typename Value>
Value moved(Value value, double slope, double offset) {
  const double x = static_cast<double>(value) * slope + offset;
  if constexpr (std::is_same_v<Value, std::uint8_t>) {
    return static_cast<std::uint8_t>(std::clamp(x, 0.0, 255.0));
  } else {
    return static_cast<Value>(x);
  }
}

template <auto Convert, auto Back>
void match_in(Image& rgb, const ChannelStatistics& target) {
  const Line line = line_between(statistics_in<Convert>(rgb), target);
  for (std::size_t i = 0; i < rgb.data.size(); i += 3) {
    auto value = Convert(&rgb.data[i]);
    for (std::size_t c = 0; c < 3; ++c) value[c] = moved(value[c], line.slope[c], line.offset[c]);
    const Colour colour = Back(value);
    std::copy_n(colour.begin(), 3, &rgb.data[i]);
  }
}

double draw(const Distribution& from, double std_hyper, Random& random) {
  const double scale = from.deviation * (1 + std_hyper);
  switch (from.spread) {
    case Spread::laplace: return random.laplace(from.mean, scale);
    case Spread::uniform: return random.uniform(from.mean - 3 * scale, from.mean + 3 * scale);
    default: return random.normal(from.mean, scale);
  }
}

}  // namespace

ChannelStatistics channel_statistics(const Image& rgb, StainSpace space) {
  switch (space) {
    case StainSpace::lab: return statistics_in<rgb_to_lab>(rgb);
    case StainSpace::hsv: return statistics_in<rgb_to_hsv>(rgb);
    default: return statistics_in<rgb_to_hed>(rgb);
  }
}

void match_statistics(Image& rgb, StainSpace space, const ChannelStatistics& target) {
  switch (space) {
    case StainSpace::lab: return match_in<rgb_to_lab, lab_to_rgb>(rgb, target);
    case StainSpace::hsv: return match_in<rgb_to_hsv, hsv_to_rgb>(rgb, target);
    default: return match_in<rgb_to_hed, hed_to_rgb>(rgb, target);
  }
}

ChannelStatistics draw_statistics(const StainStatistics& corpus, double std_hyper, Random& random) {
  ChannelStatistics drawn;
  for (std::size_t c = 0; c < 3; ++c) {
    drawn.mean[c] = draw(corpus.means[c], std_hyper, random);
    drawn.deviation[c] = std::max(0.0, draw(corpus.deviations[c], std_hyper, random));
  }
  return drawn;
}

StainStatistics crc_statistics() {
  return {StainSpace::lab,
          {{{158.033, 48.792, Spread::normal},
            {151.187, 10.958, Spread::laplace},
            {116.812, 6.643, Spread::normal}}},
          {{{36.899, 14.383, Spread::normal},
            {8.134, 2.822, Spread::normal},
            {6.129, 2.013, Spread::normal}}}};
}

}  // namespace galen::train
