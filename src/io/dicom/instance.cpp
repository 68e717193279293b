#include "io/dicom/instance.h"

#include <algorithm>

#include "base/raise.h"
#include "io/dicom/functional_groups.h"
#include "io/dicom/modality.h"
#include "io/dicom/pixel_format.h"

namespace galen::dicom {
namespace {

/// More frames than this in one file are no volume, and would only fill memory with headers.
constexpr int kMaxFrames = 1 << 16;

std::optional<Vec3> as_position(const std::vector<double>& values) {
  if (values.size() != 3) return {};
  return Vec3{values[0], values[1], values[2]};
}

std::optional<Orientation> as_orientation(const std::vector<double>& values) {
  if (values.size() != 6) return {};
  Orientation orientation{{values[0], values[1], values[2]}, {values[3], values[4], values[5]}};
  const double row = norm(orientation.row);
  const double column = norm(orientation.column);
  const bool is_unit = std::abs(row - 1) < 0.05 && std::abs(column - 1) < 0.05;
  if (!is_unit || std::abs(dot(orientation.row, orientation.column)) > 0.05) return {};
  return Orientation{times(orientation.row, 1 / row), times(orientation.column, 1 / column)};
}

void read_geometry(const FrameAttributes& attributes, Slice& slice) {
  const int frame = slice.frame;
  slice.position = as_position(attributes.numbers(frame, kPlanePositionSequence, kImagePosition));
  slice.orientation =
      as_orientation(attributes.numbers(frame, kPlaneOrientationSequence, kImageOrientation));
  slice.thickness = attributes.number(frame, kPixelMeasuresSequence, kSliceThickness).value_or(0);
  const auto spacing = attributes.numbers(frame, kPixelMeasuresSequence, kPixelSpacing);
  if (spacing.size() >= 2 && spacing[0] > 0 && spacing[1] > 0)
    slice.spacing = {spacing[0], spacing[1]};
  if (!slice.position || slice.spacing[0] <= 0) slice.orientation.reset();
}

/// The frames of an RT dose stand at offsets from the first, along the normal (PS3.3 C.8.8.3.2).
void shift_dose_frames(const Item& root, std::vector<Slice>& slices) {
  const std::vector<double> offsets = root.numbers(kGridFrameOffsetVector);
  if (offsets.size() != slices.size()) return;
  for (std::size_t i = 0; i < slices.size(); ++i) {
    if (!slices[i].orientation) continue;
    const Vec3 normal = slices[i].orientation->normal();
    slices[i].position = minus(*slices[i].position, times(normal, offsets.front() - offsets[i]));
  }
}

/// Multi-frame files that give one position for all frames (cine) are no volume.
void drop_shared_geometry(std::vector<Slice>& slices) {
  const bool is_shared = slices.size() > 1 && slices.front().position == slices.back().position;
  if (!is_shared) return;
  for (Slice& slice : slices) slice.orientation.reset();
}

Slice describe(const std::filesystem::path& path, const Item& root, const PixelFormat& format) {
  Slice slice;
  slice.path = path;
  slice.sop_instance_uid = root.text(kSopInstanceUid);
  slice.instance_number = root.integer(kInstanceNumber).value_or(0);
  slice.acquisition_number = root.integer(kAcquisitionNumber).value_or(0);
  slice.width = format.width;
  slice.height = format.height;
  slice.is_grey = format.is_grey();
  const std::vector<std::string> type = root.texts(kImageType);
  slice.is_localizer = std::find(type.begin(), type.end(), "LOCALIZER") != type.end();
  slice.is_derived = !type.empty() && type.front() == "DERIVED";
  return slice;
}

}  // namespace

Instance read_instance(const std::filesystem::path& path, const Dataset& dataset) {
  const Item& root = dataset.root();
  const PixelFormat format = pixel_format(dataset);
  if (format.frames > kMaxFrames) {
    raise(ErrorKind::limit_exceeded, "{}: {} frames, a series takes files of at most {}",
          dataset.name(), format.frames, kMaxFrames);
  }
  Instance instance;
  instance.series_uid = root.text(kSeriesInstanceUid);
  if (instance.series_uid.empty()) instance.series_uid = path.string();  // a series of its own
  instance.modality = modality_of(root);
  instance.series_number = root.integer(kSeriesNumber).value_or(0);
  const FrameAttributes attributes(dataset);
  instance.slices.assign(static_cast<std::size_t>(format.frames), describe(path, root, format));
  for (int i = 0; i < format.frames; ++i) {
    Slice& slice = instance.slices[static_cast<std::size_t>(i)];
    slice.frame = i;
    read_geometry(attributes, slice);
  }
  if (root.has(kGridFrameOffsetVector)) shift_dose_frames(root, instance.slices);
  drop_shared_geometry(instance.slices);
  return instance;
}

}  // namespace galen::dicom
