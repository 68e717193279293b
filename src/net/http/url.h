#pragma once
// Addresses: parts, resolution, and the form that may stand in a message.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace galen::net {

using Query = std::vector<std::pair<std::string, std::string>>;

/// RFC 3986 section 2.1: everything but letters, digits and "-._~" as %XX.
[[nodiscard]] std::string percent_encoded(std::string_view text);
/// `url` with the parameters after its "?", encoded.
[[nodiscard]] std::string with_query(std::string url, const Query& parameters);
/// "https://host:443" in lower case, the port always named. Throws invalid_argument for what is no
/// http or https address.
[[nodiscard]] std::string origin_of(const std::string& url);
/// The address that `reference`, absolute or relative, means on the page `base` (RFC 3986 section
/// 5). Throws malformed.
[[nodiscard]] std::string resolved(const std::string& base, const std::string& reference);
/// The address without user, password, query and fragment: a query may name a patient.
[[nodiscard]] std::string shown_address(const std::string& url);

}  // namespace galen::net
