#pragma once
// What is cut from an image and how it is changed before a training step sees it.

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "train/views/stain_spec.h"
#include "vision/preprocess/resize.h"

namespace galen::train {

/// Pillow's bilinear or bicubic, widened when shrinking (antialias).
using vision::Filter;

/// How the square of the view is taken from the image.
enum class Crop {
  random,  ///< torchvision's RandomResizedCrop
  centre,  ///< the short side resized to `resize`, then the centre: evaluation
  whole,   ///< all of the image, squeezed to the square: SigLIP's processor
};

/// torchvision's ColorJitter: the four changes in random order, each factor uniform in
/// [max(0, 1 - x), 1 + x] (hue: [-x, x] turns), with probability `probability` for all together.
struct ColourJitter {
  double probability = 0;
  double brightness = 0;
  double contrast = 0;
  double saturation = 0;
  double hue = 0;  ///< 0 .. 0.5
};

/// A Gaussian of a standard deviation uniform in [sigma_low, sigma_high] pixels of the view.
struct Blur {
  double probability = 0;
  double sigma_low = 0.1;
  double sigma_high = 2;
};

/// Values of `threshold` and above are inverted (Pillow's solarize).
struct Solarise {
  double probability = 0;
  int threshold = 128;
};

/// (x / 255 - mean) / std, per channel of RGB.
struct Normalisation {
  std::array<float, 3> mean;
  std::array<float, 3> std;
};

inline constexpr Normalisation kImageNet{{0.485F, 0.456F, 0.406F}, {0.229F, 0.224F, 0.225F}};
/// -1 .. 1, as SigLIP and MedSigLIP take it.
inline constexpr Normalisation kHalf{{0.5F, 0.5F, 0.5F}, {0.5F, 0.5F, 0.5F}};

/// One kind of view. The steps come in this order, each on 8 bits a channel as in torchvision's
/// PIL path: crop and resize, flips and turns, stain, colour jitter, grey, blur, solarise; then
/// floats. (Flips commute with the rest, so the order of the methods that flip last is kept too.)
struct ViewSpec {
  std::string name = "view";  ///< "global", "local", "target" ... as the method calls it
  int count = 1;              ///< views of this kind per sample
  int size = 224;             ///< side in pixels
  Crop crop = Crop::random;
  double scale_low = 0.08;        ///< share of the image's area, Crop::random
  double scale_high = 1;          ///< share of the image's area, Crop::random
  double ratio_low = 3.0 / 4.0;   ///< width / height, Crop::random
  double ratio_high = 4.0 / 3.0;  ///< width / height, Crop::random
  int resize = 256;               ///< short side before the cut, Crop::centre
  /// The centre of every tied view of a sample is that of its first tied one (moved only as far as
  /// the image's border asks), so that all show the same tissue.
  bool is_centre_tied = false;
  Filter filter = Filter::bilinear;
  double flip = 0;               ///< probability of left-right
  double vertical_flip = 0;      ///< probability of top-bottom
  bool has_right_turns = false;  ///< turned by 0, 90, 180 or 270 degrees, each as likely
  StainSpec stain;
  ColourJitter jitter;
  double grey = 0;  ///< probability of ITU-R 601-2 luma in all three channels
  Blur blur;
  Solarise solarise;
  std::optional<Normalisation> normalisation;  ///< none: x / 255
};

/// The kinds of views of one sample, in order; a kind of count n stands for n views in a row.
using Recipe = std::vector<ViewSpec>;

/// Views of one sample.
[[nodiscard]] int view_count(const Recipe& recipe);
/// The side of each view, expanded.
[[nodiscard]] std::vector<int> view_sizes(const Recipe& recipe);
/// Throws invalid_argument naming the field, its value and its range.
void check_recipe(const Recipe& recipe);

}  // namespace galen::train
