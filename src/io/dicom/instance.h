#pragma once
// What a series is put together from: the headers of its instances, without pixels.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "io/dicom/dataset.h"
#include "io/dicom/patient_space.h"

namespace galen::dicom {

/// One frame of one file, as a candidate for a slice of a volume.
struct Slice {
  std::filesystem::path path;
  int frame = 0;
  std::string sop_instance_uid;
  std::int64_t instance_number = 0;
  std::int64_t acquisition_number = 0;
  std::optional<Vec3> position;  ///< centre of the first pixel; empty when the file does not say
  std::optional<Orientation> orientation;
  double thickness = 0;             ///< mm, 0 when unknown
  std::array<double, 2> spacing{};  ///< mm between rows, between columns; 0 when unknown
  int width = 0;
  int height = 0;
  bool is_grey = false;
  bool is_localizer = false;
  bool is_derived = false;
};

/// The slices of one file, and the series they belong to.
struct Instance {
  std::string series_uid;
  std::string modality;
  std::int64_t series_number = 0;
  std::vector<Slice> slices;
};

/// Throws as FrameReader does, but looks at no pixels.
[[nodiscard]] Instance read_instance(const std::filesystem::path& path, const Dataset& dataset);

}  // namespace galen::dicom
