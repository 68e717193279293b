#pragma once
// Which change of stain a view undergoes.

#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace galen::train {

/// Colour spaces of RandStainNA. 8-bit LAB and HSV are OpenCV's (L scaled by 255 / 100, a and b
/// offset by 128; hue 0 .. 179); HED is Ruifrok and Johnston's as in scikit-image, in floats.
enum class StainSpace { lab, hsv, hed };

enum class Spread { normal, laplace, uniform };

/// How one statistic of a channel is distributed over a corpus.
struct Distribution {
  double mean = 0;
  double deviation = 0;
  Spread spread = Spread::normal;
};

/// Over a corpus: per channel, the distribution of an image's mean and of its population standard
/// deviation.
struct StainStatistics {
  StainSpace space = StainSpace::lab;
  std::array<Distribution, 3> means;
  std::array<Distribution, 3> deviations;
};

/// Writes statistics as JSON, atomically, and reads them back. Throws malformed naming the field.
void save_stain_statistics(const std::filesystem::path& file,
                           const std::vector<StainStatistics>& statistics);
[[nodiscard]] std::vector<StainStatistics> load_stain_statistics(const std::filesystem::path& file);

/// The reference of Macenko normalisation.
struct StainTarget {
  std::array<std::array<double, 3>, 2> matrix;  ///< rows haematoxylin, eosin: unit OD of R, G, B
  std::array<double, 2> concentration;          ///< 99th percentile of each stain
};

/// Macenko's own reference stains (matrix of the 2009 paper's code).
inline constexpr StainTarget kMacenkoTarget{{{{0.5626, 0.7201, 0.4062}, {0.2159, 0.8012, 0.5581}}},
                                            {1.9705, 1.0308}};

enum class StainChange {
  none,
  hed_jitter,         ///< HED channels times U(1 - a, 1 + a) plus U(-b, b) (Tellez 2018)
  rand_stain_na,      ///< towards statistics drawn from a corpus (Shen 2022)
  macenko_augment,    ///< concentrations times U(1 - a, 1 + a) plus U(-b, b), tissue only
  macenko_normalise,  ///< to `target`
};

struct StainSpec {
  StainChange change = StainChange::none;
  double probability = 1;
  double alpha = 0.2;  ///< a of hed_jitter (0.05 is light) and macenko_augment (TIAToolbox: 0.4)
  double beta = 0.2;   ///< b; hed_jitter in HED units (0.02 is light), macenko_augment in OD
  std::vector<StainStatistics> statistics;  ///< rand_stain_na: one is drawn for each view
  double std_hyper = -0.3;                  ///< rand_stain_na: deviations times 1 + this
  StainTarget target = kMacenkoTarget;
};

}  // namespace galen::train
