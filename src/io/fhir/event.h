#pragma once

#include <optional>

#include <galen/record.h>

#include "io/fhir/collection.h"

namespace galen::fhir {

/// A resource as one dated fact; empty for types that carry nothing for a timeline, for resources
/// entered in error and for those without a name. Throws malformed.
[[nodiscard]] std::optional<RecordEvent> read_event(const Resource& resource,
                                                    const Collection& collection);

}  // namespace galen::fhir
