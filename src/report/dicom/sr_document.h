#pragma once
// The modules that all structured reports have (PS3.3 C.17.1, C.17.2), and who observed.

#include <galen/report.h>

#include "report/dicom/content.h"
#include "report/dicom/dataset.h"

namespace galen::report {

/// SR Document Series and General modules: partial, unverified, preliminary, with every image of
/// the report as evidence.
void put_document_modules(DcmItem& dataset, const Report& report);

/// English, and a device as observer (TID 1204, TID 1001).
void add_context(const ContentItem& root, const Report& report);

}  // namespace galen::report
