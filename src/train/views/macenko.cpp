#include "train/views/macenko.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "train/views/colour_space.h"
#include "train/views/principal_axes.h"

namespace galen::train {
namespace {

constexpr double kTissueForStains = 0.8;
constexpr double kTissueForChange = 0.85;
constexpr std::size_t kLeastTissue = 64;  // pixels: fewer say nothing about two stains

using StainMatrix = std::array<std::array<double, 3>, 2>;
using Amounts = std::array<float, 2>;

/// numpy.percentile with linear interpolation; sorts what it needs to.
double percentile(std::vector<float>& values, double percent) {
  const double at = percent / 100 * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::ptrdiff_t>(at);
  std::nth_element(values.begin(), values.begin() + below, values.end());
  const double low = values[static_cast<std::size_t>(below)];
  const auto next = values.begin() + below + 1;
  const double high = next == values.end() ? low : *std::min_element(next, values.end());
  return low + (high - low) * (at - static_cast<double>(below));
}

/// The same of counted bytes.
double percentile(const std::array<std::size_t, 256>& counts, std::size_t total, double percent) {
  const double at = percent / 100 * static_cast<double>(total - 1);
  const auto value_at = [&](std::size_t rank) {
    std::size_t value = 0;
    for (std::size_t seen = counts[0]; seen <= rank; seen += counts[value]) ++value;
    return static_cast<double>(value);
  };
  const auto below = static_cast<std::size_t>(at);
  const double low = value_at(below);
  const double high = value_at(std::min(below + 1, total - 1));
  return low + (high - low) * (at - static_cast<double>(below));
}

/// Bytes stretched so that the 2nd percentile of all becomes 0 and the 98th 255.
std::array<std::uint8_t, 256> contrast_table(const Image& rgb) {
  std::array<std::size_t, 256> counts{};
  for (const std::uint8_t value : rgb.data) ++counts[value];
  double low = percentile(counts, rgb.data.size(), 2);
  double high = percentile(counts, rgb.data.size(), 98);
  if (low >= high) {
    low = percentile(counts, rgb.data.size(), 0);
    high = percentile(counts, rgb.data.size(), 100);
  }
  std::array<std::uint8_t, 256> table{};
  for (int v = 0; v < 256; ++v) {
    const double stretched = (std::clamp<double>(v, low, high) - low) / (high - low) * 255;
    table[v] = static_cast<std::uint8_t>(high > low ? stretched : v);
  }
  return table;
}

/// LAB lightness, 0 .. 255, of each pixel after the stretch.
std::vector<std::uint8_t> lightness(const Image& rgb) {
  const auto table = contrast_table(rgb);
  std::vector<std::uint8_t> light(rgb.data.size() / 3);
  for (std::size_t i = 0; i < light.size(); ++i) {
    const Colour stretched{table[rgb.data[3 * i]], table[rgb.data[3 * i + 1]],
                           table[rgb.data[3 * i + 2]]};
    light[i] = rgb_to_lab(stretched.data())[0];
  }
  return light;
}

bool is_tissue(std::uint8_t light, double threshold) {
  return light / 255.0 < threshold;
}

/// Optical density of a byte; 0 counts as 1.
std::array<float, 256> density_table() {
  std::array<float, 256> table{};
  for (int v = 0; v < 256; ++v) {
    table[v] = static_cast<float>(std::max(-std::log(std::max(v, 1) / 255.0), 1e-6));
  }
  return table;
}

const std::array<float, 256>& densities() {
  static const std::array<float, 256> table = density_table();
  return table;
}

std::array<double, 3> density_of(const std::uint8_t* rgb) {
  const auto& table = densities();
  return {table[rgb[0]], table[rgb[1]], table[rgb[2]]};
}

std::vector<std::array<double, 3>> tissue_densities(const Image& rgb,
                                                    const std::vector<std::uint8_t>& light) {
  std::vector<std::array<double, 3>> tissue;
  for (std::size_t i = 0; i < light.size(); ++i) {
    if (is_tissue(light[i], kTissueForStains)) tissue.push_back(density_of(&rgb.data[3 * i]));
  }
  return tissue;
}

double dot(const std::array<double, 3>& a, const std::array<double, 3>& b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

std::array<double, 3> direction(const std::array<std::array<double, 3>, 2>& axes, double angle) {
  std::array<double, 3> out{};
  for (std::size_t c = 0; c < 3; ++c) {
    out[c] = axes[0][c] * std::cos(angle) + axes[1][c] * std::sin(angle);
  }
  return out;
}

std::optional<StainMatrix> stain_matrix(const std::vector<std::array<double, 3>>& tissue) {
  if (tissue.size() < kLeastTissue) return std::nullopt;
  auto axes = principal_axes(tissue);
  for (auto& axis : axes) {
    if (axis[0] < 0) axis = {-axis[0], -axis[1], -axis[2]};
  }
  std::vector<float> angles;
  angles.reserve(tissue.size());
  for (const auto& density : tissue) {
    angles.push_back(static_cast<float>(std::atan2(dot(density, axes[1]), dot(density, axes[0]))));
  }
  const auto first = direction(axes, percentile(angles, 1));
  const auto second = direction(axes, percentile(angles, 99));
  // Haematoxylin takes more of the red light.
  return first[0] > second[0] ? StainMatrix{first, second} : StainMatrix{second, first};
}

/// The least-squares amounts of two stains in a density: a 2 x 3 matrix. None when they are one.
std::optional<StainMatrix> unmixing(const StainMatrix& stains) {
  const double aa = dot(stains[0], stains[0]);
  const double ab = dot(stains[0], stains[1]);
  const double bb = dot(stains[1], stains[1]);
  const double determinant = aa * bb - ab * ab;
  if (!(determinant > 1e-6)) return std::nullopt;
  StainMatrix out{};
  for (std::size_t c = 0; c < 3; ++c) {
    out[0][c] = (bb * stains[0][c] - ab * stains[1][c]) / determinant;
    out[1][c] = (aa * stains[1][c] - ab * stains[0][c]) / determinant;
  }
  return out;
}

std::vector<Amounts> amounts_of(const Image& rgb, const StainMatrix& unmix) {
  std::vector<Amounts> amounts(rgb.data.size() / 3);
  for (std::size_t i = 0; i < amounts.size(); ++i) {
    const auto density = density_of(&rgb.data[3 * i]);
    for (std::size_t s = 0; s < 2; ++s) amounts[i][s] = static_cast<float>(dot(unmix[s], density));
  }
  return amounts;
}

void paint(const std::vector<Amounts>& amounts, const StainMatrix& stains, Image& rgb) {
  for (std::size_t i = 0; i < amounts.size(); ++i) {
    for (std::size_t c = 0; c < 3; ++c) {
      const auto density =
          static_cast<float>(amounts[i][0] * stains[0][c] + amounts[i][1] * stains[1][c]);
      rgb.data[3 * i + c] =
          static_cast<std::uint8_t>(std::clamp(255 * std::exp(-density), 0.0F, 255.0F));
    }
  }
}

/// A picture taken apart.
struct Stained {
  StainMatrix stains;
  std::vector<Amounts> amounts;
  std::vector<std::uint8_t> light;
};

std::optional<Stained> take_apart(const Image& rgb) {
  Stained stained;
  stained.light = lightness(rgb);
  const auto stains = stain_matrix(tissue_densities(rgb, stained.light));
  if (!stains) return std::nullopt;
  const auto unmix = unmixing(*stains);
  if (!unmix) return std::nullopt;
  stained.stains = *stains;
  stained.amounts = amounts_of(rgb, *unmix);
  return stained;
}

std::array<double, 2> most_of(const std::vector<Amounts>& amounts) {
  std::array<double, 2> most{};
  std::vector<float> values(amounts.size());
  for (std::size_t s = 0; s < 2; ++s) {
    std::transform(amounts.begin(), amounts.end(), values.begin(),
                   [s](const Amounts& each) { return each[s]; });
    most[s] = percentile(values, 99);
  }
  return most;
}

}  // namespace

std::optional<StainTarget> find_stains(const Image& rgb) {
  const auto stained = take_apart(rgb);
  if (!stained) return std::nullopt;
  return StainTarget{stained->stains, most_of(stained->amounts)};
}

bool normalise_stains(Image& rgb, const StainTarget& target) {
  auto stained = take_apart(rgb);
  if (!stained) return false;
  const auto most = most_of(stained->amounts);
  if (!(most[0] > 1e-3) || !(most[1] > 1e-3)) return false;
  for (Amounts& each : stained->amounts) {
    for (std::size_t s = 0; s < 2; ++s) {
      each[s] *= static_cast<float>(target.concentration[s] / most[s]);
    }
  }
  paint(stained->amounts, target.matrix, rgb);
  return true;
}

bool augment_stains(Image& rgb, double alpha, double beta) {
  auto stained = take_apart(rgb);
  if (!stained) return false;
  for (std::size_t i = 0; i < stained->amounts.size(); ++i) {
    if (!is_tissue(stained->light[i], kTissueForChange)) continue;
    for (float& amount : stained->amounts[i]) {
      amount = amount * static_cast<float>(alpha) + static_cast<float>(beta);
    }
  }
  paint(stained->amounts, stained->stains, rgb);
  return true;
}

}  // namespace galen::train
