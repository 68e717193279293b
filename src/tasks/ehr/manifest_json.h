#pragma once

#include <vector>

#include "io/fhir/source.h"

namespace galen::tasks {

/// A manifest as a tool gives it, and back.
[[nodiscard]] Json manifest_json(const std::vector<fhir::TypeUse>& manifest);
[[nodiscard]] std::vector<fhir::TypeUse> read_manifest_json(const Json& types);

}  // namespace galen::tasks
