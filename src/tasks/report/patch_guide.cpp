#include "tasks/report/patch_guide.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>
#include <utility>

#include "base/raise.h"
#include "io/store/patches.h"
#include "tasks/report/clusters.h"

namespace galen::tasks {
namespace {

namespace fs = std::filesystem;

fs::path guide_file(const fs::path& folder, const std::string& name) {
  const std::string stem = fs::path(name).stem().string();
  for (const char* extension : {".h5", ".hdf5"}) {
    const fs::path path = folder / (stem + extension);
    if (fs::exists(path)) return path;
  }
  raise(ErrorKind::not_found, "{}: no {}.h5; --guide names a folder with one file for each slide",
        folder.string(), stem);
}

/// Half a guide patch, level-0 pixels; 0 when the file does not say.
double half_side(const store::Patches& guide) {
  const auto found = guide.attributes.find("patch_size_level0");
  if (found == guide.attributes.end()) return 0;
  if (const auto* whole = std::get_if<std::int64_t>(&found->second))
    return static_cast<double>(*whole) / 2;
  const auto* real = std::get_if<double>(&found->second);
  return real == nullptr ? 0 : *real / 2;
}

/// The mean over several maps of attention.
void average_maps(store::Patches& guide) {
  std::vector<float> means;
  for (std::size_t i = 0; i < guide.count; ++i) {
    const auto row = guide.features.begin() + static_cast<std::ptrdiff_t>(i * guide.width);
    means.push_back(std::accumulate(row, row + static_cast<std::ptrdiff_t>(guide.width), 0.0F) /
                    static_cast<float>(guide.width));
  }
  guide.features = std::move(means);
  guide.width = 1;
}

UnitValues values_of(const store::Patches& guide, const std::vector<PatchUnit>& units, double width,
                     double height) {
  std::map<std::pair<long, long>, std::size_t> cells;
  for (std::size_t unit = 0; unit < units.size(); ++unit) {
    for (const vision::Patch& patch : units[unit])
      cells[{std::lround(patch.y / height), std::lround(patch.x / width)}] = unit;
  }
  UnitValues values(units.size());
  std::vector<float> counts(units.size());
  const double half = half_side(guide);
  for (std::size_t i = 0; i < guide.count; ++i) {
    const double x = static_cast<double>(guide.coords[2 * i]) + half;
    const double y = static_cast<double>(guide.coords[2 * i + 1]) + half;
    const auto cell = cells.find(
        {static_cast<long>(std::floor(y / height)), static_cast<long>(std::floor(x / width))});
    if (cell == cells.end()) continue;
    std::vector<float>& row = values[cell->second];
    row.resize(guide.width);
    for (std::size_t k = 0; k < guide.width; ++k) row[k] += guide.features[i * guide.width + k];
    ++counts[cell->second];
  }
  for (std::size_t unit = 0; unit < units.size(); ++unit) {
    for (float& value : values[unit]) value /= counts[unit];
  }
  return values;
}

/// The units at these places, which it puts in order.
std::vector<PatchUnit> picked(const std::vector<PatchUnit>& units,
                              std::vector<std::size_t> places) {
  std::ranges::sort(places);
  std::vector<PatchUnit> chosen;
  chosen.reserve(places.size());
  for (const std::size_t place : places) chosen.push_back(units[place]);
  return chosen;
}

}  // namespace

UnitValues read_guide(const fs::path& folder, const std::string& name, PatchSelect select,
                      const PatchGrid& grid, const Mpp& mpp, const std::vector<PatchUnit>& units) {
  const fs::path file = guide_file(folder, name);
  const bool is_attention = select == PatchSelect::attention;
  store::Patches guide = store::read_patches(file, is_attention ? "attention" : "features");
  if (guide.coords.empty()) raise(ErrorKind::malformed, "{}: no array 'coords'", file.string());
  if (is_attention) average_maps(guide);
  const double side = grid.size * grid.mpp;
  UnitValues values = values_of(guide, units, side / mpp.x, side / mpp.y);
  const bool says_nothing = std::ranges::all_of(values, &std::vector<float>::empty);
  if (says_nothing && !units.empty()) {
    raise(ErrorKind::invalid_argument, "{}: none of {} patches lies in the slide's tissue",
          file.string(), guide.count);
  }
  return values;
}

std::vector<PatchUnit> highest_units(const std::vector<PatchUnit>& units, const UnitValues& values,
                                     std::size_t count) {
  if (count >= units.size()) return units;
  std::vector<std::size_t> places(units.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  const auto value = [&](std::size_t place) {
    return values[place].empty() ? -HUGE_VALF : values[place].front();
  };
  std::ranges::stable_sort(places, std::greater{}, value);
  places.resize(count);
  return picked(units, std::move(places));
}

std::vector<PatchUnit> diverse_units(const std::vector<PatchUnit>& units, const UnitValues& values,
                                     std::size_t count, std::uint64_t seed) {
  if (count >= units.size()) return units;
  std::vector<std::size_t> known;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < units.size(); ++i) (values[i].empty() ? places : known).push_back(i);
  if (count <= known.size()) {
    places.clear();
  } else {
    places.resize(count - known.size());
  }
  for (const std::size_t row : cluster_medoids(values, known, count - places.size(), seed))
    places.push_back(row);
  return picked(units, std::move(places));
}

}  // namespace galen::tasks
