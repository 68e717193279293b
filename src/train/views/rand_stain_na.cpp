#include "train/views/rand_stain_na.h"

#include <algorithm>
#include <cmath>

#include "train/views/colour_space.h"

namespace galen::train {
namespace {

/// From sums over `count` values.
ChannelStatistics from_sums(const std::array<double, 3>& sum, const std::array<double, 3>& squares,
                            double count) {
  ChannelStatistics found;
  for (std::size_t c = 0; c < 3; ++c) {
    found.mean[c] = sum[c] / count;
    const double variance = squares[c] / count - found.mean[c] * found.mean[c];
    found.deviation[c] = std::sqrt(std::max(0.0, variance));
  }
  return found;
}

template <auto Convert>
void convert(Image& picture) {
  for (std::size_t i = 0; i < picture.data.size(); i += 3) {
    const Colour colour = Convert(&picture.data[i]);
    std::copy_n(colour.begin(), 3, &picture.data[i]);
  }
}

ChannelStatistics statistics_of(const Image& picture) {
  std::array<std::array<std::uint32_t, 256>, 3> counts{};
  for (std::size_t i = 0; i < picture.data.size(); i += 3) {
    for (std::size_t c = 0; c < 3; ++c) ++counts[c][picture.data[i + c]];
  }
  std::array<double, 3> sum{};
  std::array<double, 3> squares{};
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::size_t v = 0; v < 256; ++v) {
      sum[c] += static_cast<double>(v) * counts[c][v];
      squares[c] += static_cast<double>(v * v) * counts[c][v];
    }
  }
  return from_sums(sum, squares, static_cast<double>(picture.data.size()) / 3);
}

template <auto Convert>
ChannelStatistics byte_statistics(Image picture) {
  convert<Convert>(picture);
  return statistics_of(picture);
}

ChannelStatistics hed_statistics(const Image& rgb) {
  std::array<double, 3> sum{};
  std::array<double, 3> squares{};
  for (std::size_t i = 0; i < rgb.data.size(); i += 3) {
    const Hed hed = rgb_to_hed(&rgb.data[i]);
    for (std::size_t c = 0; c < 3; ++c) {
      sum[c] += hed[c];
      squares[c] += static_cast<double>(hed[c]) * hed[c];
    }
  }
  return from_sums(sum, squares, static_cast<double>(rgb.data.size()) / 3);
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

/// Of each byte of each channel: moved, clipped and truncated.
using ByteTables = std::array<std::array<std::uint8_t, 256>, 3>;

ByteTables byte_tables(const Line& line) {
  ByteTables tables{};
  for (std::size_t c = 0; c < 3; ++c) {
    for (int v = 0; v < 256; ++v) {
      tables[c][v] =
          static_cast<std::uint8_t>(std::clamp(v * line.slope[c] + line.offset[c], 0.0, 255.0));
    }
  }
  return tables;
}

template <auto Convert, auto Back>
void match_bytes(Image& rgb, const ChannelStatistics& target) {
  convert<Convert>(rgb);
  const ByteTables tables = byte_tables(line_between(statistics_of(rgb), target));
  for (std::size_t i = 0; i < rgb.data.size(); i += 3) {
    for (std::size_t c = 0; c < 3; ++c) rgb.data[i + c] = tables[c][rgb.data[i + c]];
  }
  convert<Back>(rgb);
}

void match_hed(Image& rgb, const ChannelStatistics& target) {
  const Line line = line_between(hed_statistics(rgb), target);
  for (std::size_t i = 0; i < rgb.data.size(); i += 3) {
    Hed hed = rgb_to_hed(&rgb.data[i]);
    for (std::size_t c = 0; c < 3; ++c) {
      hed[c] = static_cast<float>(hed[c] * line.slope[c] + line.offset[c]);
    }
    const Colour colour = hed_to_rgb(hed);
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
    case StainSpace::lab: return byte_statistics<rgb_to_lab>(rgb);
    case StainSpace::hsv: return byte_statistics<rgb_to_hsv>(rgb);
    default: return hed_statistics(rgb);
  }
}

void match_statistics(Image& rgb, StainSpace space, const ChannelStatistics& target) {
  switch (space) {
    case StainSpace::lab: return match_bytes<rgb_to_lab, lab_to_rgb>(rgb, target);
    case StainSpace::hsv: return match_bytes<rgb_to_hsv, hsv_to_rgb>(rgb, target);
    default: return match_hed(rgb, target);
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
