#include "train/views/colour.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace galen::train {
namespace {

using Table = std::array<std::uint8_t, 256>;

void map(Pixels pixels, const Table& table) {
  for (std::uint8_t& value : pixels) value = table[value];
}

/// ITU-R 601-2, in Pillow's fixed point.
int luma(const std::uint8_t* rgb) {
  return (rgb[0] * 19595 + rgb[1] * 38470 + rgb[2] * 7471 + 0x8000) >> 16;
}

/// Pillow's ImageBlend of one byte: from `from` towards, or beyond, `to`; truncated.
std::uint8_t blend(int from, int to, float factor) {
  const float value = static_cast<float>(from) + factor * static_cast<float>(to - from);
  return static_cast<std::uint8_t>(std::clamp(value, 0.0F, 255.0F));
}

void blend_all(Pixels pixels, int from, double factor) {
  Table table;
  for (int v = 0; v < 256; ++v) table[v] = blend(from, v, static_cast<float>(factor));
  map(pixels, table);
}

/// Pillow's 8-bit HSV (rgb2hsv_row and hsv2rgb of Convert.c, whose float and double steps decide
/// how halves are rounded) as tables: a hue takes a division, a saturation another.
struct HsvTables {
  /// Of the order of the channels (six), chroma, and how far the middle one is below the highest.
  std::vector<std::uint8_t> hue;
  std::vector<std::uint8_t> saturation;    ///< of chroma and value
  std::array<std::uint8_t, 256> sector{};  ///< of a hue: sixth of the circle
  std::array<float, 256> within{};         ///< of a hue: place in its sixth, 0 .. 1

  HsvTables() : hue(6 << 16), saturation(1 << 16) {
    for (int chroma = 1; chroma < 256; ++chroma) {
      for (int below = 0; below <= chroma; ++below) {
        const float x = static_cast<float>(below) / static_cast<float>(chroma);
        const std::array<double, 6> hues{x - 1.0F,    1.0F - x,    2.0 + x - 1,
                                         2.0 + 1 - x, 4.0 + x - 1, 4.0 + 1 - x};
        for (int order = 0; order < 6; ++order) {
          double turn = static_cast<float>(hues[order]) / 6.0 + 1.0;
          if (turn >= 1.0) turn -= 1.0;
          hue[order << 16 | chroma << 8 | below] =
              static_cast<std::uint8_t>(static_cast<float>(turn) * 255.0);
        }
      }
      for (int value = chroma; value < 256; ++value) {
        const float share = static_cast<float>(chroma) / static_cast<float>(value);
        saturation[chroma << 8 | value] = static_cast<std::uint8_t>(share * 255.0);
      }
    }
    for (int h = 0; h < 256; ++h) {
      const double sixths = static_cast<float>(h) * 6.0 / 255.0;
      const int whole = static_cast<int>(sixths);
      sector[h] = static_cast<std::uint8_t>(whole % 6);
      within[h] = static_cast<float>(sixths - whole);
    }
  }
};

const HsvTables& hsv_tables() {
  static const HsvTables tables;
  return tables;
}

struct Hsv {
  std::uint8_t hue;
  std::uint8_t saturation;
  std::uint8_t value;
};

Hsv to_hsv(const std::uint8_t* rgb, const HsvTables& tables) {
  const int r = rgb[0];
  const int g = rgb[1];
  const int b = rgb[2];
  const int high = std::max(r, std::max(g, b));
  const int low = std::min(r, std::min(g, b));
  const int chroma = high - low;
  const int below = 2 * high - (r + g + b - low);  // high less the middle one
  int order = 0;
  if (r == high) {
    order = low == g ? 0 : 1;
  } else if (g == high) {
    order = low == b ? 2 : 3;
  } else {
    order = low == r ? 4 : 5;
  }
  return {tables.hue[order << 16 | chroma << 8 | below], tables.saturation[chroma << 8 | high],
          static_cast<std::uint8_t>(high)};
}

/// To the nearest, halves up, of a value that is not negative; std::lround would be a call.
int rounded(double value) {
  return static_cast<int>(value + 0.5);  // NOLINT(bugprone-incorrect-roundings)
}

std::uint8_t to_byte(double value) {
  return static_cast<std::uint8_t>(rounded(value));
}

void to_rgb(const Hsv& hsv, const HsvTables& tables, std::uint8_t* rgb) {
  const auto s = static_cast<float>(static_cast<float>(hsv.saturation) / 255.0);
  const float f = tables.within[hsv.hue];
  const auto value = static_cast<float>(hsv.value);
  const int sector = tables.sector[hsv.hue];
  const double falling = s * f;  // rounded to float first, as Pillow's
  const double rising = s * (1.0 - f);
  const std::uint8_t shades[] = {hsv.value, to_byte(value * (1.0 - s)),
                                 to_byte(value * (1.0 - (sector % 2 == 1 ? falling : rising)))};
  // Which of highest, lowest and middle is red, green and blue.
  constexpr std::uint8_t kPlaces[6][3] = {{0, 2, 1}, {2, 0, 1}, {1, 0, 2},
                                          {1, 2, 0}, {2, 1, 0}, {0, 1, 2}};
  for (std::size_t c = 0; c < 3; ++c) rgb[c] = shades[kPlaces[sector][c]];
}

}  // namespace

void change_brightness(Pixels pixels, double factor) {
  blend_all(pixels, 0, factor);
}

void change_contrast(Pixels pixels, double factor) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < pixels.size(); i += 3) {
    sum += static_cast<std::uint64_t>(luma(&pixels[i]));
  }
  const double mean = static_cast<double>(sum) / (static_cast<double>(pixels.size()) / 3);
  blend_all(pixels, rounded(mean), factor);
}

void change_saturation(Pixels pixels, double factor) {
  const auto f = static_cast<float>(factor);
  for (std::size_t i = 0; i < pixels.size(); i += 3) {
    const int grey = luma(&pixels[i]);
    for (std::size_t c = 0; c < 3; ++c) pixels[i + c] = blend(grey, pixels[i + c], f);
  }
}

void change_hue(Pixels pixels, double turns) {
  const HsvTables& tables = hsv_tables();
  const auto shift = static_cast<std::uint8_t>(static_cast<int>(turns * 255));
  for (std::size_t i = 0; i < pixels.size(); i += 3) {
    Hsv hsv = to_hsv(&pixels[i], tables);
    hsv.hue = static_cast<std::uint8_t>(hsv.hue + shift);
    to_rgb(hsv, tables, &pixels[i]);
  }
}

void make_grey(Pixels pixels) {
  for (std::size_t i = 0; i < pixels.size(); i += 3) {
    const auto grey = static_cast<std::uint8_t>(luma(&pixels[i]));
    pixels[i] = pixels[i + 1] = pixels[i + 2] = grey;
  }
}

void solarise(Pixels pixels, int threshold) {
  Table table;
  for (int v = 0; v < 256; ++v) table[v] = static_cast<std::uint8_t>(v < threshold ? v : 255 - v);
  map(pixels, table);
}

void jitter_colours(Pixels pixels, const ColourJitter& jitter, Random& random) {
  std::array<int, 4> order{0, 1, 2, 3};
  for (std::size_t i = 3; i > 0; --i) std::swap(order[i], order[random.below(i + 1)]);
  const auto factor = [&](double x) { return random.uniform(std::max(0.0, 1 - x), 1 + x); };
  const double brightness = factor(jitter.brightness);
  const double contrast = factor(jitter.contrast);
  const double saturation = factor(jitter.saturation);
  const double turns = random.uniform(-jitter.hue, jitter.hue);
  for (const int change : order) {
    if (change == 0 && jitter.brightness > 0) change_brightness(pixels, brightness);
    if (change == 1 && jitter.contrast > 0) change_contrast(pixels, contrast);
    if (change == 2 && jitter.saturation > 0) change_saturation(pixels, saturation);
    if (change == 3 && jitter.hue > 0) change_hue(pixels, turns);
  }
}

}  // namespace galen::train
