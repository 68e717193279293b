#pragma once
// Which patches of a part's slides a model is shown.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <galen/reporter.h>

#include "tasks/slide/patches.h"

namespace galen::tasks {

/// Patches drawn together: one, or neighbours that share a token; row by row.
using PatchUnit = std::vector<vision::Patch>;

[[nodiscard]] std::size_t patches_in(const std::vector<PatchUnit>& units);

/// The units of a slide that hold tissue, `group` x `group` neighbours each, row by row. Throws as
/// find_tissue and plan_patches.
[[nodiscard]] std::vector<PatchUnit> tissue_units(const Slide& slide, const PatchGrid& grid,
                                                  int group, const CancelToken* cancel = nullptr);

/// Shares `cap` among slides that have `available` units: all when they fit; else a floor of
/// min(available, cap / (4 slides)) each, and the rest in proportion to what is available beyond it
/// (largest remainders, earlier slides first). The sum is `cap` then, and no share exceeds what is
/// available.
[[nodiscard]] std::vector<std::size_t> share_budget(const std::vector<std::size_t>& available,
                                                    std::size_t cap);

/// `count` of the units in their order, drawn without replacement by `seed`.
[[nodiscard]] std::vector<PatchUnit> drawn_units(const std::vector<PatchUnit>& units,
                                                 std::size_t count, std::uint64_t seed);
/// `count` of the units in their order, evenly spaced.
[[nodiscard]] std::vector<PatchUnit> spaced_units(const std::vector<PatchUnit>& units,
                                                  std::size_t count);

/// The seed of a slide's draw, from the run's seed and the slide's id (SHA-256 of both).
[[nodiscard]] std::uint64_t slide_seed(std::uint64_t seed, const std::string& slide_id);

}  // namespace galen::tasks
