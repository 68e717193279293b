#pragma once

#include <memory>

#include <galen/ehr.h>

#include "io/fhir/source.h"

namespace galen::tasks {

/// The records at an address: a FHIR server, an index, or a folder or file of Bundles, which is
/// indexed in the user's cache first. Throws not_found, unsupported, malformed (a folder with bad
/// files is read as far as it goes, with a warning), and as FhirServer.
[[nodiscard]] std::unique_ptr<fhir::RecordSource> open_source(const RecordAddress& address,
                                                              const CancelToken* cancel);

}  // namespace galen::tasks
