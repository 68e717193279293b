#pragma once
// Where a slide shows tissue.

#include <optional>
#include <string>
#include <vector>

#include <galen/cancel.h>
#include <galen/image.h>
#include <galen/slide.h>

namespace galen::vision {

/// Lengths in micrometres and areas in square micrometres, so that they mean the same on every
/// slide.
struct TissueOptions {
  double mpp = 2.0;                   ///< 5X; coarser for coarser or very large slides
  std::optional<int> threshold = {};  ///< HSV saturation, 0 to 254; empty: Otsu's
  int lowest_threshold = 15;          ///< of Otsu's: glass stays below
  int highest_threshold = 50;         ///< of Otsu's: stained tissue stays above
  double closing = 16;                ///< gaps narrower than twice this are bridged; 0: none
  double min_tissue_area = 4e3;       ///< smaller specks are dropped
  double max_hole_area = 3.2e5;       ///< smaller holes are filled
  bool reject_pen = true;             ///< green, blue and red ink (stain.h)
  bool reject_black = true;           ///< black ink, slide edges, what was not scanned
  double margin = 12;                 ///< around what was rejected
  double min_sharpness = 0;  ///< of a square of 64 um, see sharpness.h; 0: blur is no reason
};

/// One grey byte a pixel: 255 tissue, 0 none. The corner of the mask is the corner of the slide.
struct TissueMask {
  Image pixels;
  double mpp = 0;     ///< micrometres a mask pixel, in x and y
  int threshold = 0;  ///< saturation (0 to 255) above which a pixel is tissue; 0: not by saturation

  /// Share of the slide that is tissue, 0 to 1.
  [[nodiscard]] double fraction() const;
};

/// Options by name: "default"; "biopsy" keeps small pieces and their holes; "resection" drops
/// pieces below 1.6 square millimetres; "pale" sees faint fat and weak stain; "ihc" lets blue and
/// brown pass, which there are no ink; "strict" also drops what is out of focus. Throws
/// invalid_argument naming the presets.
[[nodiscard]] TissueOptions tissue_preset(const std::string& name);
[[nodiscard]] std::vector<std::string> tissue_preset_names();

/// Tissue by colour, in stages at about 5X: HSV saturation above Otsu's threshold, closed, what is
/// ink, black or out of focus taken out, specks dropped and holes filled by their area. The default
/// areas are those of TRIDENT's Otsu path, 60 and 5,000 pixels at 8 um. Throws invalid_argument,
/// naming --mpp, for a slide without pixel size and for options out of range; cancelled.
[[nodiscard]] TissueMask find_tissue(const Slide& slide, const TissueOptions& options = {},
                                     const CancelToken* cancel = nullptr);

/// A mask over the whole slide without tissue, of about `wanted_mpp`: never finer than the slide,
/// at most 2^26 pixels. Throws invalid_argument, naming --mpp, for a slide without pixel size.
[[nodiscard]] TissueMask blank_mask(const Slide& slide, double wanted_mpp);

}  // namespace galen::vision
