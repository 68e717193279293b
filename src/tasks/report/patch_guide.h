#pragma once
// What another model said about the places of a slide, as a guide to which patches are shown.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <galen/reporter.h>

#include "tasks/report/patch_plan.h"

namespace galen::tasks {

/// A row of values for each unit; empty for a unit that the guide says nothing about.
using UnitValues = std::vector<std::vector<float>>;

/// The guide of a slide: `folder`/NAME.h5 or .hdf5, NAME being the slide's file name without its
/// extension, with `attention` (PatchSelect::attention, several maps averaged) or `features`
/// (PatchSelect::diverse) and `coords`. A unit's row is the mean of those patches of the guide that
/// have their centre in it; the guide's patches may have another size than the report's. Throws
/// not_found; malformed; invalid_argument when no patch of the guide lies in a unit.
[[nodiscard]] UnitValues read_guide(const std::filesystem::path& folder, const std::string& name,
                                    PatchSelect select, const PatchGrid& grid, const Mpp& mpp,
                                    const std::vector<PatchUnit>& units);

/// The `count` units of the highest values (the first of a row), in their order.
[[nodiscard]] std::vector<PatchUnit> highest_units(const std::vector<PatchUnit>& units,
                                                   const UnitValues& values, std::size_t count);

/// `count` units that differ, in their order: k-means of the rows into that many clusters
/// (k-means++ by `seed`, Lloyd), and of each cluster the unit nearest to its centre. Units without
/// a row come last.
[[nodiscard]] std::vector<PatchUnit> diverse_units(const std::vector<PatchUnit>& units,
                                                   const UnitValues& values, std::size_t count,
                                                   std::uint64_t seed);

}  // namespace galen::tasks
