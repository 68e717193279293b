#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace galen::tasks {

/// A resource as a model reads it: without narrative, meta, extensions, identifiers and addresses
/// of code systems, codes as "display (code)", texts of attachments decoded and cut.
[[nodiscard]] Json shown_resource(const Json& resource);

/// "Type/id".
[[nodiscard]] std::string resource_name(const Json& resource);

/// A reference in a resource, with what a reader learns about it there.
struct SeenReference {
  std::string reference;
  std::string about;  ///< "requester of MedicationRequest/3, Dr. Weber"
};
[[nodiscard]] std::vector<SeenReference> references_in(const Json& resource);

/// "female, born 1960-05-01, 66 years old": no name.
[[nodiscard]] std::string patient_line(const Json& patient, const std::string& today);

}  // namespace galen::tasks
