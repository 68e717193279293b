#pragma once
// Base64 (RFC 4648 section 4).

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace galen {

/// The bytes of a base64 text; white space is skipped. Empty optional when the text is not base64.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

/// With padding, in one line.
[[nodiscard]] std::string encode_base64(std::span<const std::uint8_t> bytes);

}  // namespace galen
