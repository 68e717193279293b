#include "tasks/report/patch_plan.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <functional>
#include <map>
#include <numeric>
#include <utility>

#include "base/sha256.h"
#include "vision/tissue/tissue_mask.h"

namespace galen::tasks {

std::size_t patches_in(const std::vector<PatchUnit>& units) {
  std::size_t count = 0;
  for (const PatchUnit& unit : units) count += unit.size();
  return count;
}

std::vector<PatchUnit> tissue_units(const Slide& slide, const PatchGrid& grid, int group,
                                    const CancelToken* cancel) {
  const PatchPlan plan = plan_patches({}, slide, vision::find_tissue(slide, {}, cancel), grid);
  const double side = grid.size * grid.mpp;
  std::map<std::pair<long, long>, PatchUnit> units;  // by row, then column
  for (const vision::Patch& patch : plan.patches) {
    const long row = std::lround(patch.y * plan.mpp.y / side) / group;
    const long column = std::lround(patch.x * plan.mpp.x / side) / group;
    units[{row, column}].push_back(patch);
  }
  std::vector<PatchUnit> ordered;
  ordered.reserve(units.size());
  for (auto& [place, unit] : units) ordered.push_back(std::move(unit));
  return ordered;
}

std::vector<std::size_t> share_budget(const std::vector<std::size_t>& available, std::size_t cap) {
  const std::size_t total = std::accumulate(available.begin(), available.end(), std::size_t{0});
  if (total <= cap) return available;
  const std::size_t floor = cap / (4 * available.size());
  std::vector<std::size_t> shares;
  std::size_t given = 0;
  for (const std::size_t units : available) {
    shares.push_back(std::min(units, floor));
    given += shares.back();
  }
  const std::size_t rest = cap - given;
  const std::size_t beyond = total - given;
  std::vector<std::pair<std::size_t, std::size_t>> remainders;  // of units * rest / beyond, slide
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const std::size_t product = (available[i] - shares[i]) * rest;
    shares[i] += product / beyond;
    given += product / beyond;
    remainders.emplace_back(product % beyond, i);
  }
  std::ranges::stable_sort(remainders, std::greater{}, &std::pair<std::size_t, std::size_t>::first);
  for (std::size_t i = 0; given < cap; ++i, ++given) ++shares[remainders[i].second];
  return shares;
}

std::vector<PatchUnit> spaced_units(const std::vector<PatchUnit>& units, std::size_t count) {
  if (count >= units.size()) return units;
  std::vector<PatchUnit> chosen;
  for (std::size_t i = 0; i < count; ++i)
    chosen.push_back(units[(2 * i + 1) * units.size() / (2 * count)]);
  return chosen;
}

std::vector<PatchUnit> drawn_units(const std::vector<PatchUnit>& units, std::size_t count,
                                   std::uint64_t seed) {
  if (count >= units.size()) return units;
  std::vector<PatchUnit> chosen;
  // Each unit is drawn by its first patch.
  std::vector<vision::Patch> first;
  first.reserve(units.size());
  for (const PatchUnit& unit : units) first.push_back(unit.front());
  auto unit = units.begin();
  for (const vision::Patch& drawn : vision::draw_patches(first, count, seed)) {
    while (unit->front().x != drawn.x || unit->front().y != drawn.y) ++unit;
    chosen.push_back(*unit++);
  }
  return chosen;
}

std::uint64_t slide_seed(std::uint64_t seed, const std::string& slide_id) {
  Sha256 hash;
  hash.update(fmt::format("{}:{}", seed, slide_id));
  return std::stoull(hash.hex().substr(0, 16), nullptr, 16);
}

}  // namespace galen::tasks
