#include "train/views/colour_space.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace galen::train {
namespace {

using Matrix = std::array<std::array<double, 3>, 3>;

constexpr Matrix kXyzOfRgb{{{0.412453, 0.357580, 0.180423},
                            {0.212671, 0.715160, 0.072169},
                            {0.019334, 0.119193, 0.950227}}};
constexpr Matrix kRgbOfXyz{{{3.240479, -1.537150, -0.498535},
                            {-0.969256, 1.875991, 0.041556},
                            {0.055648, -0.204043, 1.057311}}};
constexpr std::array<double, 3> kWhite{0.950456, 1, 1.088754};
constexpr double kLinearBelow = 216.0 / 24389;

// Fixed point as in OpenCV's color_lab.cpp: fraction bits of the matrix, of linear light, of the
// cube root.
constexpr int kMatrixBits = 12;
constexpr int kLightBits = 3;
constexpr int kRootBits = kMatrixBits + kLightBits;

int descale(int value, int bits) {
  return (value + (1 << (bits - 1))) >> bits;
}

std::uint8_t to_byte(double value) {
  return static_cast<std::uint8_t>(std::clamp(std::lrint(value), 0L, 255L));
}

std::uint8_t clipped(int value) {
  return static_cast<std::uint8_t>(std::clamp(value, 0, 255));
}

struct LabTables {
  /// What a byte of each channel adds to X, Y and Z over the white point; four for the vector unit.
  std::array<std::array<std::array<int, 4>, 256>, 3> xyz{};
  std::vector<std::uint16_t> root;  ///< linear to CIE's f

  LabTables() : root(256 * 3 / 2 << kLightBits) {
    for (std::size_t v = 0; v < 256; ++v) {
      const double x = static_cast<double>(v) / 255;
      const double linear = x <= 0.04045 ? x / 12.92 : std::pow((x + 0.055) / 1.055, 2.4);
      const auto light = static_cast<int>(std::lrint(255.0 * (1 << kLightBits) * linear));
      for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t j = 0; j < 3; ++j) {
          const double weight = (1 << kMatrixBits) * kXyzOfRgb[i][j] / kWhite[i];
          xyz[j][v][i] = light * static_cast<int>(std::lrint(weight));
        }
      }
    }
    for (std::size_t i = 0; i < root.size(); ++i) {
      const double x = static_cast<double>(i) / (255 << kLightBits);
      const double f = x < kLinearBelow ? x * 841 / 108 + 16.0 / 116 : std::cbrt(x);
      root[i] = static_cast<std::uint16_t>(std::lrint(f * (1 << kRootBits)));
    }
  }
};

const LabTables& lab_tables() {
  static const LabTables tables;
  return tables;
}

float cube_or_line(float f) {
  return f > 6.0F / 29 ? f * f * f : (f - 16.0F / 116) * 108 / 841;
}

struct RgbTables {
  static constexpr int kSteps = 4096;
  std::array<std::uint8_t, kSteps + 1> bytes;  ///< sRGB of linear light 0 .. 1
  std::array<float, 256> f;                    ///< CIE's f of Y, of a byte of L
  std::array<float, 256> y;                    ///< Y itself

  RgbTables() {
    for (int i = 0; i <= kSteps; ++i) {
      const double x = static_cast<double>(i) / kSteps;
      bytes[i] = to_byte(255 * (x <= 0.0031308 ? 12.92 * x : 1.055 * std::pow(x, 1 / 2.4) - 0.055));
    }
    for (std::size_t v = 0; v < 256; ++v) {
      f[v] = (static_cast<float>(v) * 100 / 255 + 16) / 116;
      y[v] = cube_or_line(f[v]);
    }
  }
};

const RgbTables& rgb_tables() {
  static const RgbTables tables;
  return tables;
}

constexpr int kHsvBits = 12;

struct HsvTables {
  std::array<int, 256> saturation{};
  std::array<int, 256> hue{};

  HsvTables() {
    for (std::size_t i = 1; i < 256; ++i) {
      saturation[i] = static_cast<int>(std::lrint((255 << kHsvBits) / static_cast<double>(i)));
      hue[i] = static_cast<int>(std::lrint((180 << kHsvBits) / (6.0 * static_cast<double>(i))));
    }
  }
};

constexpr Matrix kRgbOfHed{{{0.65, 0.70, 0.29}, {0.07, 0.99, 0.11}, {0.27, 0.57, 0.78}}};

Matrix inverse(const Matrix& m) {
  Matrix out;
  double determinant = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      const std::size_t a = (j + 1) % 3;
      const std::size_t b = (j + 2) % 3;
      const std::size_t c = (i + 1) % 3;
      const std::size_t d = (i + 2) % 3;
      out[i][j] = m[a][c] * m[b][d] - m[a][d] * m[b][c];
    }
  }
  for (std::size_t j = 0; j < 3; ++j) determinant += m[0][j] * out[j][0];
  for (auto& row : out) {
    for (double& value : row) value /= determinant;
  }
  return out;
}

struct HedTables {
  /// Steps of density: finer than the least that two bytes differ by, 2.8e-4.
  static constexpr int kSteps = 1 << 14;
  std::array<float, 256> log;                  ///< of byte / 255, over log(1e-6)
  std::array<std::uint8_t, kSteps + 1> bytes;  ///< of density 0 .. 1
  Matrix hed_of_rgb = inverse(kRgbOfHed);

  HedTables() {
    for (std::size_t i = 0; i < log.size(); ++i) {
      log[i] = static_cast<float>(std::log(std::max(static_cast<double>(i) / 255, 1e-6)) /
                                  std::log(1e-6));
    }
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      bytes[i] = to_byte(255 * std::pow(1e-6, static_cast<double>(i) / kSteps));
    }
  }
};

const HedTables& hed_tables() {
  static const HedTables tables;
  return tables;
}

}  // namespace

Colour rgb_to_lab(const std::uint8_t* rgb) {
  const LabTables& tables = lab_tables();
  constexpr int kLScale = (116 * 255 + 50) / 100;
  constexpr int kLShift = -((16 * 255 * (1 << kRootBits) + 50) / 100);
  std::array<int, 4> f{};
  for (std::size_t i = 0; i < 4; ++i) {
    f[i] = tables.xyz[0][rgb[0]][i] + tables.xyz[1][rgb[1]][i] + tables.xyz[2][rgb[2]][i];
    f[i] = descale(f[i], kMatrixBits);
  }
  for (int& value : f) value = tables.root[static_cast<std::size_t>(value)];
  constexpr int kMiddle = 128 * (1 << kRootBits);
  return {clipped(descale(kLScale * f[1] + kLShift, kRootBits)),
          clipped(descale(500 * (f[0] - f[1]) + kMiddle, kRootBits)),
          clipped(descale(200 * (f[1] - f[2]) + kMiddle, kRootBits))};
}

Colour lab_to_rgb(const std::uint8_t* lab) {
  const RgbTables& tables = rgb_tables();
  const float fy = tables.f[lab[0]];
  const float fx = fy + static_cast<float>(lab[1] - 128) / 500;
  const float fz = fy - static_cast<float>(lab[2] - 128) / 200;
  const std::array<float, 3> xyz{cube_or_line(fx) * static_cast<float>(kWhite[0]), tables.y[lab[0]],
                                 cube_or_line(fz) * static_cast<float>(kWhite[2])};
  Colour rgb;
  for (std::size_t i = 0; i < 3; ++i) {
    float light = 0;
    for (std::size_t j = 0; j < 3; ++j) light += static_cast<float>(kRgbOfXyz[i][j]) * xyz[j];
    const float step = std::clamp(light, 0.0F, 1.0F) * RgbTables::kSteps + 0.5F;
    rgb[i] = tables.bytes[static_cast<std::size_t>(static_cast<int>(step))];
  }
  return rgb;
}

Colour rgb_to_hsv(const std::uint8_t* rgb) {
  static const HsvTables tables;
  const int r = rgb[0];
  const int g = rgb[1];
  const int b = rgb[2];
  const int high = std::max({r, g, b});
  const int range = high - std::min({r, g, b});
  int hue = 0;
  if (high == r) {
    hue = g - b;
  } else if (high == g) {
    hue = b - r + 2 * range;
  } else {
    hue = r - g + 4 * range;
  }
  hue = descale(hue * tables.hue[range], kHsvBits);
  const int saturation = descale(range * tables.saturation[high], kHsvBits);
  return {clipped(hue < 0 ? hue + 180 : hue), clipped(saturation), clipped(high)};
}

Colour hsv_to_rgb(const std::uint8_t* hsv) {
  const float turn = static_cast<float>(hsv[0]) * (6.0F / 180);
  const auto whole = static_cast<int>(turn);
  const float f = turn - static_cast<float>(whole);
  const float s = static_cast<float>(hsv[1]) * (1.0F / 255);
  const float v = static_cast<float>(hsv[2]) * (1.0F / 255);
  const std::array<float, 4> shades{v, v * (1 - s), v * (1 - s * f), v * (1 - s * (1 - f))};
  // Which shade is red, green and blue in each sixth of the circle.
  constexpr std::size_t kSectors[6][3] = {{0, 3, 1}, {2, 0, 1}, {1, 0, 3},
                                          {1, 2, 0}, {3, 1, 0}, {0, 1, 2}};
  Colour rgb;
  for (std::size_t i = 0; i < 3; ++i) rgb[i] = to_byte(shades[kSectors[whole % 6][i]] * 255);
  return rgb;
}

Hed rgb_to_hed(const std::uint8_t* rgb) {
  const HedTables& tables = hed_tables();
  Hed hed{};
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      hed[i] += tables.log[rgb[j]] * static_cast<float>(tables.hed_of_rgb[j][i]);
    }
  }
  return hed;
}

Colour hed_to_rgb(const Hed& hed) {
  const HedTables& tables = hed_tables();
  Colour rgb;
  for (std::size_t j = 0; j < 3; ++j) {
    float density = 0;
    for (std::size_t i = 0; i < 3; ++i) density += hed[i] * static_cast<float>(kRgbOfHed[i][j]);
    const float step = std::clamp(density, 0.0F, 1.0F) * HedTables::kSteps + 0.5F;
    rgb[j] = tables.bytes[static_cast<std::size_t>(static_cast<int>(step))];
  }
  return rgb;
}

}  // namespace galen::train
