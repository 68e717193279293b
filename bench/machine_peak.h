#pragma once
// What the machine can do at best, measured in the run that the benchmarks stand in.

namespace galen::bench {

/// f32 fused multiply-adds from registers on all of `threads` (0 = all cores), in GFLOP/s (an FMA
/// is two).
double fma_peak(int threads = 0);

/// Reading memory far larger than the caches on all of `threads` (0 = all cores), in GB/s.
double memory_bandwidth(int threads = 0);

}  // namespace galen::bench
