#pragma once

#include <string>

#include "base/json.h"
#include "net/http/client.h"

namespace galen::net {

/// The FHIR resource in an answer. Throws for an error status (with the code of the
/// OperationOutcome in it; its text may name a patient and is left out), for an OperationOutcome of
/// severity error or fatal in its place, and malformed for what is no FHIR resource in JSON.
[[nodiscard]] Json read_resource(const HttpResponse& response);

/// "processing, not-found": the codes of an OperationOutcome's issues, or "".
[[nodiscard]] std::string outcome_codes(const Json& outcome);

}  // namespace galen::net
