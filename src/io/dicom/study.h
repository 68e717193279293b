#pragma once
// A DICOM study as one thing: its series, and whose it is.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <galen/dicom_study.h>

#include "io/dicom/dataset.h"
#include "io/dicom/series.h"

namespace galen::dicom {

/// What a file says of itself and of its study, without pixels.
struct Header {
  DicomSubject subject;
  std::string modality;
  std::string sop_class_uid;
  std::string sop_instance_uid;
  std::string frame_of_reference_uid;
  std::string body_part;  ///< (0018,0015), e.g. "CHEST"; may be empty
  int frames = 1;
};

[[nodiscard]] Header read_header(const Dataset& dataset);

struct Study {
  DicomSubject subject;
  std::vector<Series> series;                       ///< as find_series gives them
  std::map<std::filesystem::path, Header> headers;  ///< of every file in `series`
};

/// The one study among files, and in folders with all below them. Throws as find_series; not_found
/// without an image; invalid_argument for several studies; malformed when files of one study name
/// different patients (the error names files, never patients).
[[nodiscard]] Study open_study(const std::vector<std::filesystem::path>& paths);

/// Whether two studies may be of one patient: no identifier, issuer or birth date that both state
/// differs; nor the name, where one of them has no identifier.
[[nodiscard]] bool is_same_patient(const DicomSubject& a, const DicomSubject& b);

}  // namespace galen::dicom
