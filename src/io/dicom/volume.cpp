#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <memory>
#include <mutex>
#include <numbers>
#include <optional>

#include "base/raise.h"
#include "io/dicom/frames.h"
#include "io/dicom/functional_groups.h"
#include "io/dicom/modality.h"
#include "io/dicom/series.h"

namespace galen::dicom {
namespace {

constexpr double kSpacingRounding = 0.02;  // of the usual spacing; decimal strings are rounded

/// One file of a series, open for decoding.
struct Source {
  explicit Source(const std::filesystem::path& path)
      : reader(Dataset::open(path)),
        attributes(reader.dataset()),
        transform(reader.dataset(), attributes, reader.format().is_signed) {}
  FrameReader reader;
  FrameAttributes attributes;
  ModalityTransform transform;
};

double place(const Slice& slice) {
  return dot(slice.orientation->normal(), *slice.position);
}

/// Slices by place (z) and repetition (t): index z * nt + t. Unequal repetitions are cut to one.
struct Stack {
  std::vector<const Slice*> slices;
  int nz = 0;
  int nt = 1;
};

Stack stack_of(const Series& series, std::vector<std::string>& notes) {
  std::vector<std::vector<const Slice*>> places;
  for (const Slice& slice : series.slices) {
    if (places.empty() || place(slice) - place(*places.back().front()) > kSamePlace)
      places.emplace_back();
    places.back().push_back(&slice);
  }
  const std::size_t repeats = places.front().size();
  const bool is_even =
      std::all_of(places.begin(), places.end(), [&](const auto& p) { return p.size() == repeats; });
  Stack stack;
  stack.nz = static_cast<int>(places.size());
  stack.nt = is_even ? static_cast<int>(repeats) : 1;
  for (const auto& at_place : places) {
    stack.slices.insert(stack.slices.end(), at_place.begin(), at_place.begin() + stack.nt);
  }
  if (!is_even) {
    notes.push_back(fmt::format("images at places that repeat unequally: {} left out",
                                series.slices.size() - stack.slices.size()));
  }
  return stack;
}

/// From the first to the last slice, per slice. Sheared against the normal when the gantry was
/// tilted.
Vec3 slice_step(const Stack& stack) {
  const Slice& first = *stack.slices.front();
  if (stack.nz > 1) {
    return times(minus(*stack.slices.back()->position, *first.position), 1.0 / (stack.nz - 1));
  }
  return times(first.orientation->normal(), first.thickness > 0 ? first.thickness : 1);
}

void set_geometry(const Stack& stack, Volume& volume) {
  const Slice& first = *stack.slices.front();
  const Vec3 columns[3] = {times(first.orientation->row, first.spacing[1]),
                           times(first.orientation->column, first.spacing[0]), slice_step(stack)};
  volume.affine[3] = {0, 0, 0, 1};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    volume.spacing[axis] = norm(columns[axis]);
    volume.affine[axis][3] = (*first.position)[axis];
    for (std::size_t c = 0; c < 3; ++c) volume.affine[axis][c] = columns[c][axis];
  }
}

void note_tilt(const Stack& stack, std::vector<std::string>& notes) {
  if (stack.nz < 2) return;
  const Vec3 step = slice_step(stack);
  const double cosine = dot(step, stack.slices.front()->orientation->normal()) / norm(step);
  const double degrees = std::acos(std::min(1.0, cosine)) * 180 / std::numbers::pi;
  if (degrees > 0.5) notes.push_back(fmt::format("gantry tilt of {:.1f} degrees", degrees));
}

/// Distances from each slice to the next.
std::vector<double> steps_of(const Stack& stack) {
  std::vector<double> steps;
  const auto repeats = static_cast<std::size_t>(stack.nt);
  for (std::size_t i = repeats; i < stack.slices.size(); i += repeats) {
    steps.push_back(place(*stack.slices[i]) - place(*stack.slices[i - repeats]));
  }
  return steps;
}

template <typename Number>
Number median(std::vector<Number> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// Of a distance in usual ones: a whole number of them, two at least.
bool is_multiple(double ratio) {
  return ratio > 1.5 && std::abs(ratio - std::round(ratio)) < 0.1;
}

void note_spacing(const Stack& stack, std::vector<std::string>& notes) {
  const std::vector<double> steps = steps_of(stack);
  if (steps.empty()) return;
  const double usual = median(steps);
  bool is_mixed = false;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const double ratio = steps[i] / usual;
    if (std::abs(ratio - 1) <= kSpacingRounding) continue;
    const bool is_gap = is_multiple(ratio);
    is_mixed = is_mixed || !is_gap;
    if (is_gap) {
      notes.push_back(fmt::format("gap of {:.2f} mm after slice {}, where {:.2f} mm is usual",
                                  steps[i], i + 1, usual));
    }
  }
  if (is_mixed) {
    const auto [least, most] = std::minmax_element(steps.begin(), steps.end());
    notes.push_back(
        fmt::format("spacing between slices varies from {:.2f} to {:.2f} mm", *least, *most));
  }
}

/// Decodes slices when they are asked for. A file is opened at its first slice and stays open,
/// because an enhanced one has many.
class SlicePixels {
 public:
  explicit SlicePixels(const Stack& stack) : nt_(static_cast<std::size_t>(stack.nt)) {
    for (const Slice* slice : stack.slices) {
      slices_.push_back(*slice);
      files_.try_emplace(slice->path);
    }
  }

  [[nodiscard]] std::vector<float> read(int k, int t) {
    const Slice& slice =
        slices_.at(static_cast<std::size_t>(k) * nt_ + static_cast<std::size_t>(t));
    const Source& source = open(slice.path);
    std::vector<float> values =
        source.transform.apply(source.reader.decode(slice.frame).values, slice.frame);
    const auto width = static_cast<std::size_t>(slice.width);
    if (values.size() != width * static_cast<std::size_t>(slice.height)) {
      raise(ErrorKind::malformed, "{}: the slice has changed its size while it was read",
            slice.path.string());
    }
    return values;
  }

  [[nodiscard]] const Source& open(const std::filesystem::path& path) {
    File& file = files_.at(path);
    const std::lock_guard lock(file.mutex);
    if (!file.source) file.source.emplace(path);
    return *file.source;
  }

 private:
  struct File {
    std::mutex mutex;
    std::optional<Source> source;
  };
  std::size_t nt_;
  std::vector<Slice> slices_;
  std::map<std::filesystem::path, File> files_;
};

/// CT values are Hounsfield units unless the file names another unit (0028,1054).
VoxelUnit unit_of(const Series& series, const Dataset& dataset) {
  const std::string type = dataset.root().text(kRescaleType);
  const bool is_hounsfield = series.modality == "CT" && (type.empty() || type == "HU");
  return is_hounsfield ? VoxelUnit::hounsfield : VoxelUnit::arbitrary;
}

}  // namespace

std::vector<Slice> slices_of_volume(const Series& series) {
  std::vector<std::string> notes;
  const Stack stack = stack_of(series, notes);
  std::vector<Slice> slices;
  for (std::size_t i = 0; i < stack.slices.size(); i += static_cast<std::size_t>(stack.nt))
    slices.push_back(*stack.slices[i]);
  return slices;
}

std::size_t missing_slices(const Series& series) {
  std::vector<std::string> notes;
  const Stack stack = stack_of(series, notes);
  const std::vector<double> steps = steps_of(stack);
  if (steps.empty()) return 0;
  const auto repeats = static_cast<std::size_t>(stack.nt);
  std::vector<std::int64_t> jumps;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    jumps.push_back(std::abs(stack.slices[(i + 1) * repeats]->instance_number -
                             stack.slices[i * repeats]->instance_number));
  }
  const double usual = median(steps);
  const std::int64_t usual_jump = median(jumps);
  std::size_t missing = 0;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const double ratio = steps[i] / usual;
    const auto times_usual = std::llround(ratio);
    const bool is_numbered = usual_jump > 0;  // else the numbers say nothing
    if (!is_multiple(ratio) || (is_numbered && jumps[i] != times_usual * usual_jump)) continue;
    missing += static_cast<std::size_t>(times_usual - 1);
  }
  return missing;
}

Volume read_volume(const Series& series) {
  if (!series.is_volume) {
    raise(ErrorKind::invalid_argument, "a series of {} images is no volume", series.slices.size());
  }
  Volume volume;
  volume.notes = series.notes;
  const Stack stack = stack_of(series, volume.notes);
  const Slice& first = *stack.slices.front();
  volume.modality = series.modality;
  volume.shape = {first.width, first.height, stack.nz, stack.nt};
  const std::size_t plane =
      static_cast<std::size_t>(first.width) * static_cast<std::size_t>(first.height);
  if (stack.slices.size() > kMaxVoxels / plane) {
    raise(ErrorKind::limit_exceeded, "a volume of {} slices of {}x{}, at most {} voxels are read",
          stack.slices.size(), first.width, first.height, kMaxVoxels);
  }
  const auto pixels = std::make_shared<SlicePixels>(stack);
  volume.unit = unit_of(series, pixels->open(first.path).reader.dataset());
  volume.read_slice = [pixels](int k, int t) { return pixels->read(k, t); };
  set_geometry(stack, volume);
  note_tilt(stack, volume.notes);
  note_spacing(stack, volume.notes);
  return volume;
}

}  // namespace galen::dicom
