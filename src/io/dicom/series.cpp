#include "io/dicom/series.h"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <map>
#include <mutex>
#include <set>
#include <tuple>
#include <utility>

#include "base/file.h"
#include "base/log.h"
#include "base/parallel.h"
#include "base/raise.h"
#include "io/dicom/open.h"

namespace galen::dicom {
namespace {

using Slices = std::vector<Slice>;

std::vector<std::filesystem::path> files_of(const std::vector<std::filesystem::path>& paths) {
  std::vector<std::filesystem::path> files;
  for (const auto& path : paths) {
    if (!std::filesystem::exists(path)) {
      raise(ErrorKind::not_found, "{}: no such file or folder", path.string());
    }
    if (!std::filesystem::is_directory(path)) {
      files.push_back(path);
      continue;
    }
    const auto options = std::filesystem::directory_options::skip_permission_denied;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path, options)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::optional<Instance> read_if_image(const std::filesystem::path& path) {
  if (!is_dicom(read_prefix(path, 132))) return {};
  const Dataset dataset = Dataset::open(path);
  if (dataset.pixel_data() == nullptr || dataset.root().text(kSopClassUid) == kSlideSopClass)
    return {};
  return read_instance(path, dataset);
}

/// In the order of the files, so that results do not depend on threads.
std::vector<Instance> read_instances(const std::vector<std::filesystem::path>& files) {
  std::vector<std::optional<Instance>> read(files.size());
  std::mutex mutex;
  std::size_t failures = 0;
  parallel_for(files.size(), 0, [&](std::size_t i) {
    try {
      read[i] = read_if_image(files[i]);
    } catch (const Error&) {
      if (files.size() == 1) throw;
      const std::lock_guard lock(mutex);
      ++failures;
    }
  });
  if (failures > 0)
    log_warning(fmt::format("{} DICOM files could not be read and are left out", failures));
  std::vector<Instance> instances;
  for (auto& instance : read) {
    if (instance) instances.push_back(std::move(*instance));
  }
  return instances;
}

/// Takes out the slices that `drop` names and notes how many.
template <typename Predicate>
void leave_out(Slices& slices, const std::string& what, std::vector<std::string>& notes,
               Predicate drop) {
  const std::size_t count = std::erase_if(slices, drop);
  if (count == 0) return;
  notes.push_back(fmt::format("{}: {} left out", what, count));
}

void leave_out_duplicates(Slices& slices, std::vector<std::string>& notes) {
  std::set<std::pair<std::string, int>> instances;
  std::set<std::tuple<Vec3, std::int64_t, std::int64_t>> places;
  leave_out(slices, "duplicate images", notes, [&](const Slice& slice) {
    if (!slice.sop_instance_uid.empty() &&
        !instances.emplace(slice.sop_instance_uid, slice.frame).second) {
      return true;
    }
    // Frames of one file share its instance number.
    if (!slice.position || !slice.orientation || slice.frame > 0) return false;
    return !places.emplace(*slice.position, slice.instance_number, slice.acquisition_number).second;
  });
}

bool is_mixed(const Slices& slices, bool Slice::*flag) {
  const auto count =
      std::count_if(slices.begin(), slices.end(), [&](const Slice& s) { return s.*flag; });
  return count > 0 && static_cast<std::size_t>(count) < slices.size();
}

bool fits_together(const Slice& a, const Slice& b) {
  if (a.width != b.width || a.height != b.height || a.is_grey != b.is_grey) return false;
  if (a.orientation.has_value() != b.orientation.has_value()) return false;
  return !a.orientation || (a.orientation->is_close_to(*b.orientation) &&
                            std::abs(a.spacing[0] - b.spacing[0]) < 1e-3 &&
                            std::abs(a.spacing[1] - b.spacing[1]) < 1e-3);
}

/// Groups of slices that could make one volume, the largest first.
std::vector<Slices> split_by_shape(Slices slices) {
  std::vector<Slices> groups;
  for (Slice& slice : slices) {
    const auto home = std::find_if(groups.begin(), groups.end(), [&](const Slices& group) {
      return fits_together(group.front(), slice);
    });
    if (home == groups.end()) {
      groups.push_back({std::move(slice)});
    } else {
      home->push_back(std::move(slice));
    }
  }
  std::stable_sort(groups.begin(), groups.end(),
                   [](const Slices& a, const Slices& b) { return a.size() > b.size(); });
  return groups;
}

/// Scanners number acquisitions per slice, per pass or per reconstruction: only acquisitions that
/// cover the same places compete.
void choose_acquisition(Slices& slices, std::vector<std::string>& notes) {
  std::map<std::int64_t, std::size_t> sizes;
  std::map<Vec3, std::set<std::int64_t>> places;
  for (const Slice& slice : slices) {
    ++sizes[slice.acquisition_number];
    places[*slice.position].insert(slice.acquisition_number);
  }
  const bool overlap =
      std::any_of(places.begin(), places.end(), [](const auto& p) { return p.second.size() > 1; });
  if (!overlap) return;
  const auto most = std::max_element(
      sizes.begin(), sizes.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  leave_out(slices, "images of another acquisition", notes,
            [&](const Slice& slice) { return slice.acquisition_number != most->first; });
}

/// Grey slices at two or more places along their normal.
bool makes_volume(const Slices& slices) {
  const Slice& first = slices.front();
  if (!first.is_grey || !first.orientation) return false;
  const Vec3 normal = first.orientation->normal();
  return std::any_of(slices.begin(), slices.end(), [&](const Slice& slice) {
    return std::abs(dot(normal, minus(*slice.position, *first.position))) > kSamePlace;
  });
}

void sort_slices(Series& series) {
  const Vec3 normal = series.is_volume ? series.slices.front().orientation->normal() : Vec3{};
  const auto order = [&](const Slice& slice) {
    const double place = series.is_volume ? dot(normal, *slice.position) : 0;
    return std::tuple(place, slice.instance_number, slice.frame);
  };
  std::stable_sort(series.slices.begin(), series.slices.end(),
                   [&](const Slice& a, const Slice& b) { return order(a) < order(b); });
}

std::vector<Series> series_of(const Instance& model, Slices slices) {
  std::vector<std::string> notes;
  leave_out_duplicates(slices, notes);
  if (is_mixed(slices, &Slice::is_localizer)) {
    leave_out(slices, "localisers", notes, [](const Slice& s) { return s.is_localizer; });
  }
  const bool has_places = std::all_of(slices.begin(), slices.end(),
                                      [](const Slice& s) { return s.orientation.has_value(); });
  if (has_places && is_mixed(slices, &Slice::is_derived)) {
    leave_out(slices, "derived images", notes, [](const Slice& s) { return s.is_derived; });
  }
  std::vector<Series> found;
  std::size_t strays = 0;
  for (Slices& group : split_by_shape(std::move(slices))) {
    if (!found.empty() && group.size() < 3 && found.front().slices.size() >= 3 && has_places) {
      strays += group.size();
      continue;
    }
    Series series{model.series_uid, model.modality, model.series_number, {}, false, notes};
    if (group.front().orientation) choose_acquisition(group, series.notes);
    series.slices = std::move(group);
    series.is_volume = makes_volume(series.slices);
    sort_slices(series);
    found.push_back(std::move(series));
  }
  if (strays > 0) {
    found.front().notes.push_back(
        fmt::format("images of another orientation or size: {} left out", strays));
  }
  return found;
}

void leave_out_scouts(std::vector<Series>& all) {
  const auto is_scout = [](const Series& s) { return s.slices.front().is_localizer; };
  if (!std::all_of(all.begin(), all.end(), is_scout)) std::erase_if(all, is_scout);
}

}  // namespace

std::vector<Series> find_series(const std::vector<std::filesystem::path>& paths) {
  std::vector<Instance> instances = read_instances(files_of(paths));
  std::stable_sort(instances.begin(), instances.end(), [](const Instance& a, const Instance& b) {
    return std::tie(a.series_number, a.series_uid) < std::tie(b.series_number, b.series_uid);
  });
  std::vector<Series> all;
  for (auto first = instances.begin(); first != instances.end();) {
    const auto last = std::find_if(first, instances.end(), [&](const Instance& i) {
      return i.series_uid != first->series_uid;
    });
    Slices slices;
    for (auto each = first; each != last; ++each) {
      std::move(each->slices.begin(), each->slices.end(), std::back_inserter(slices));
    }
    std::ranges::move(series_of(*first, std::move(slices)), std::back_inserter(all));
    first = last;
  }
  if (!all.empty()) leave_out_scouts(all);
  return all;
}

}  // namespace galen::dicom
