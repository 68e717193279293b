#pragma once

#include <chrono>
#include <string>

#include <galen/cancel.h>

namespace galen::net {

/// The time a Retry-After header asks for: seconds or an HTTP date (RFC 9110 section 10.2.3).
/// Negative when the header is empty or neither.
[[nodiscard]] std::chrono::milliseconds retry_after(const std::string& header);
/// Sleeps; throws cancelled soon after the token is set.
void wait_for(std::chrono::milliseconds time, const CancelToken* cancel);

}  // namespace galen::net
