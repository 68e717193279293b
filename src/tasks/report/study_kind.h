#pragma once
// The kinds of studies, and which DICOM modalities they are made of.

#include <string_view>

#include <galen/reporter.h>

namespace galen::tasks {

/// As on the command line and in Report::kind.
[[nodiscard]] std::string_view kind_name(StudyKind kind);

/// Whether images of a DICOM modality can be reported on as this kind. Documents may be scanned
/// with anything.
[[nodiscard]] bool is_of_kind(std::string_view modality, StudyKind kind);

/// The modalities of a kind for an error, "CR, DX or RG".
[[nodiscard]] std::string_view modalities_text(StudyKind kind);

/// Whether the images of a series are slices.
[[nodiscard]] inline bool has_slices(StudyKind kind) {
  return kind == StudyKind::ct || kind == StudyKind::mr;
}

}  // namespace galen::tasks
