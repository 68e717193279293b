#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace galen::fhir {

/// The bytes of a base64 text (RFC 4648 section 4); white space is skipped. Empty optional when the
/// text is not base64.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

}  // namespace galen::fhir
