#pragma once

#include <cstddef>
#include <functional>

namespace galen {

/// Runs body(0) .. body(count - 1) on up to `threads` threads (0 = all cores) and returns when all
/// have ended. The first exception is rethrown after the rest have stopped; bodies not yet begun
/// are skipped.
void parallel_for(std::size_t count, int threads, const std::function<void(std::size_t)>& body);

/// Number of threads meant by a --threads value: itself, or the machine's core count for 0.
[[nodiscard]] int thread_count(int requested);

}  // namespace galen
