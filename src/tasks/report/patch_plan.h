#pragma once
// Which patches of a part's slides a model is shown.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <galen/report.h>

#include "vision/tiling/tissue_patches.h"

namespace galen::tasks {

/// The grid that slides are cut by.
struct PatchGrid {
  int size = 0;             ///< pixels of a patch
  double mpp = 0;           ///< micrometres per pixel
  double min_tissue = 0.1;  ///< share of a patch
  int group = 1;            ///< group x group neighbours share a token
  [[nodiscard]] double side() const { return size * mpp; }  ///< micrometres
};

/// Patches drawn together: one, or neighbours that share a token; row by row.
using PatchUnit = std::vector<vision::Patch>;

[[nodiscard]] std::size_t patches_in(const std::vector<PatchUnit>& units);

/// The units of a slide that hold tissue, row by row. Throws as find_tissue and tissue_patches.
[[nodiscard]] std::vector<PatchUnit> tissue_units(const Slide& slide, const PatchGrid& grid);

/// Shares `cap` among slides that have `available` units: all when they fit; else a floor of
/// min(available, cap / (4 slides)) each, and the rest in proportion to what is available beyond it
/// (largest remainders, earlier slides first). The sum is `cap` then, and no share exceeds what is
/// available.
[[nodiscard]] std::vector<std::size_t> share_budget(const std::vector<std::size_t>& available,
                                                    std::size_t cap);

/// `count` of the units in their order: drawn without replacement by `seed`, or evenly spaced.
[[nodiscard]] std::vector<PatchUnit> choose_units(const std::vector<PatchUnit>& units,
                                                  std::size_t count, PatchSelect select,
                                                  std::uint64_t seed);

/// The seed of a slide's draw, from the run's seed and the slide's id (SHA-256 of both).
[[nodiscard]] std::uint64_t slide_seed(std::uint64_t seed, const std::string& slide_id);

}  // namespace galen::tasks
