#include "train/views/colour.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

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

struct Hsv {
  std::uint8_t hue;
  std::uint8_t saturation;
  std::uint8_t value;
};

/// rgb2hsv_row of Pillow's Convert.c.
Hsv to_hsv(const std::uint8_t* rgb) {
  const int r = rgb[0];
  const int g = rgb[1];
  const int b = rgb[2];
  const int high = std::max({r, g, b});
  const int range = high - std::min({r, g, b});
  if (range == 0) return {0, 0, static_cast<std::uint8_t>(high)};
  const auto chroma = static_cast<float>(range);
  const float saturation = chroma / static_cast<float>(high);
  const float rc = static_cast<float>(high - r) / chroma;
  const float gc = static_cast<float>(high - g) / chroma;
  const float bc = static_cast<float>(high - b) / chroma;
  float hue = 0;
  if (r == high) {
    hue = bc - gc;
  } else if (g == high) {
    hue = static_cast<float>(2.0 + rc - bc);
  } else {
    hue = static_cast<float>(4.0 + gc - rc);
  }
  double turn = hue / 6.0 + 1.0;  // 5/6 .. 11/6
  if (turn >= 1.0) turn -= 1.0;
  return {static_cast<std::uint8_t>(static_cast<float>(turn) * 255.0),
          static_cast<std::uint8_t>(saturation * 255.0), static_cast<std::uint8_t>(high)};
}

std::uint8_t to_byte(double value) {
  return static_cast<std::uint8_t>(std::clamp(static_cast<int>(value + 0.5), 0, 255));
}

/// hsv2rgb of Pillow's Convert.c.
void to_rgb(const Hsv& hsv, std::uint8_t* rgb) {
  if (hsv.saturation == 0) {
    rgb[0] = rgb[1] = rgb[2] = hsv.value;
    return;
  }
  const auto sector = static_cast<int>(static_cast<float>(hsv.hue) * 6.0 / 255.0);
  const auto f =
      static_cast<float>(static_cast<float>(hsv.hue) * 6.0 / 255.0 - static_cast<double>(sector));
  const auto s = static_cast<float>(static_cast<float>(hsv.saturation) / 255.0);
  const auto value = static_cast<float>(hsv.value);
  const std::uint8_t v = hsv.value;
  const std::uint8_t p = to_byte(value * (1.0 - s));
  const std::uint8_t q = to_byte(value * (1.0 - s * f));
  const std::uint8_t t = to_byte(value * (1.0 - s * (1.0 - f)));
  const std::uint8_t sectors[6][3] = {{v, t, p}, {q, v, p}, {p, v, t},
                                      {p, q, v}, {t, p, v}, {v, p, q}};
  std::copy_n(sectors[sector % 6], 3, rgb);
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
  blend_all(pixels, static_cast<int>(mean + 0.5), factor);
}

void change_saturation(Pixels pixels, double factor) {
  const auto f = static_cast<float>(factor);
  for (std::size_t i = 0; i < pixels.size(); i += 3) {
    const int grey = luma(&pixels[i]);
    for (std::size_t c = 0; c < 3; ++c) pixels[i + c] = blend(grey, pixels[i + c], f);
  }
}

void change_hue(Pixels pixels, double turns) {
  const auto shift = static_cast<std::uint8_t>(static_cast<int>(turns * 255));
  for (std::size_t i = 0; i < pixels.size(); i += 3) {
    Hsv hsv = to_hsv(&pixels[i]);
    hsv.hue = static_cast<std::uint8_t>(hsv.hue + shift);
    to_rgb(hsv, &pixels[i]);
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
