#pragma once
// The FHIR R4 resources of a report. Each names the others by the urn:uuid of its role.

#include <string>
#include <string_view>
#include <vector>

#include <galen/report.h>

#include "base/json.h"

namespace galen::report {

/// A resource and where the Bundle says it is.
struct BundleEntry {
  std::string role;  ///< "patient", "observation 3" ...
  OrderedJson resource;
};

/// "urn:uuid:..." of a role, as a Reference.
[[nodiscard]] OrderedJson reference_to(const Report& report, std::string_view role);
/// A CodeableConcept of a code; the scheme must be SCT, LN or DCM.
[[nodiscard]] OrderedJson concept_of(const Code& code);
/// "2026-11-27" of YYYYMMDD; empty for anything else.
[[nodiscard]] std::string fhir_date(std::string_view dicom_date);
/// Report::created, or the epoch: an instant where FHIR requires one.
[[nodiscard]] std::string instant_of(const Report& report);

/// Roles of the studies that images came from: "study" and, with a prior, "prior study".
[[nodiscard]] std::vector<std::string> study_roles(const Report& report);

[[nodiscard]] OrderedJson patient_resource(const DicomSubject& subject);
[[nodiscard]] OrderedJson study_resource(const Report& report, bool is_prior);
[[nodiscard]] OrderedJson device_resource(const Report& report);
/// One for each coded finding, each sentence without a code, each laboratory test.
[[nodiscard]] std::vector<BundleEntry> observation_entries(const Report& report);

}  // namespace galen::report
