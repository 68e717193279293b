#pragma once

#include <string>

namespace galen::fhir {

/// "Type/id" out of "http://server/fhir/Type/id/_history/2"; other texts as they are.
[[nodiscard]] std::string relative_reference(const std::string& reference);

/// The parts of "Type/id" or of "Type?identifier=system|value"; empty where the text has neither
/// form.
struct ReferenceParts {
  std::string type;
  std::string id;
  std::string system;  ///< of an identifier
  std::string value;   ///< of an identifier
};
[[nodiscard]] ReferenceParts reference_parts(const std::string& reference);

}  // namespace galen::fhir
