#pragma once

#include <cstdint>

namespace galen {

/// Bytes this process can still take: the smallest of the system's MemAvailable, what the memory
/// cgroups (v1 or v2, every level up to the root) leave, and RLIMIT_AS. Unknown parts count as
/// unlimited.
[[nodiscard]] std::uint64_t available_memory();

}  // namespace galen
