#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace galen {

/// HMAC-SHA-256 (RFC 2104).
[[nodiscard]] std::array<std::uint8_t, 32> hmac_sha256(std::string_view key, std::string_view text);

/// Bytes nobody can foresee. Throws internal when the system has none.
[[nodiscard]] std::string random_bytes(std::size_t count);

}  // namespace galen
