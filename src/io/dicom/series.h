#pragma once
// From files to series, and from a series to a volume.

#include <filesystem>
#include <string>
#include <vector>

#include <galen/volume.h>

#include "io/dicom/instance.h"

namespace galen::dicom {

/// Images that belong together.
struct Series {
  std::string uid;  ///< SeriesInstanceUID, or the path; never show it
  std::string modality;
  std::int64_t number = 0;
  /// Of a volume: one orientation and size, by rising position along the slice normal, then by
  /// instance number where a position repeats. Of other images: by instance number.
  std::vector<Slice> slices;
  bool is_volume = false;          ///< grey slices at two or more known places
  std::vector<std::string> notes;  ///< what was left out, one sentence each
};

/// The series among files, and in folders with all below them; by series number. Headers are read
/// in parallel. What is not DICOM, not an image, or a whole-slide image is passed over.
///
/// Within a series: duplicates (same SOP instance, or same place and instance number) and
/// localisers are left out; ORIGINAL images win over DERIVED ones; of several acquisitions that
/// cover the same places the one with most images is kept, others together make one volume. Images
/// of another orientation or size are a series of their own if they are three or more, and left out
/// otherwise.
///
/// Throws not_found. A single file that cannot be read throws its error; among several it is passed
/// over with one warning for all.
[[nodiscard]] std::vector<Series> find_series(const std::vector<std::filesystem::path>& paths);

/// The slices of a volume in the order of its third axis, of the first time point.
[[nodiscard]] std::vector<Slice> slices_of_volume(const Series& series);

/// How many slices a volume series lacks: where the distance between neighbours is a multiple of
/// the usual one, and their instance numbers, if they have any, jump as far.
[[nodiscard]] std::size_t missing_slices(const Series& series);

/// The voxels of a volume series: modality LUT applied, so Hounsfield units for CT. Repeated places
/// make a fourth dimension when every place repeats equally often. Notes tell of gaps, tilt, mixed
/// spacing and what find_series left out. Slices are decoded when they are asked for. Throws
/// invalid_argument unless is_volume; limit_exceeded; malformed, unsupported as FrameReader.
[[nodiscard]] Volume read_volume(const Series& series);

}  // namespace galen::dicom
