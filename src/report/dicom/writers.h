#pragma once
// The data sets of each DicomForm; report_dicom puts them into a file.

#include <galen/report.h>

#include "report/dicom/dataset.h"

namespace galen::report {

/// Comprehensive 3D SR, TID 1500: an image library, a measurement group for each coded or located
/// finding, and the sections as qualitative evaluations.
void write_structured(DcmItem& dataset, const Report& report);
/// Basic Text SR, TID 2000: a heading for each section.
void write_basic_text(DcmItem& dataset, const Report& report);
/// Segmentation: a segment for each finding with boxes, a frame for each image it is on. Throws
/// invalid_argument without boxes.
void write_segmentation(DcmItem& dataset, const Report& report);
/// Secondary Capture of the first picture. Throws invalid_argument without one.
void write_capture(DcmItem& dataset, const Report& report);
/// Encapsulated PDF.
void write_pdf_object(DcmItem& dataset, const Report& report);

}  // namespace galen::report
