#pragma once
// What every DICOM object of a report has: patient, study, a series of its own, equipment.

#include <string>
#include <string_view>

#include <galen/report.h>

#include "report/dicom/dataset.h"

namespace galen::report {

/// What tells one kind of object from the others.
struct ObjectKind {
  std::string_view sop_class_uid;
  std::string_view modality;
  std::string_view role;  ///< part of its UIDs: "sr", "seg" ...
  int series_number = 0;
};

/// Fills the Patient, General Study, Series, Equipment and SOP Common modules. Throws
/// invalid_argument for a report that is not of a DICOM study.
void put_modules(DcmItem& dataset, const Report& report, const ObjectKind& kind);

/// ContentDate and ContentTime: when the report was made, else of the study.
void put_content_time(DcmItem& dataset, const Report& report);

/// ReferencedSOPClassUID and so on, with the frame where there are several.
void put_reference(DcmItem& item, const DicomReference& reference);

/// "Source image for image processing operation".
[[nodiscard]] Code source_purpose();

}  // namespace galen::report
