// Every benchmark program prints what the machine can do at best, measured in the same run, above
// its figures: only ratios to these and to a peer of the same run mean something on a shared
// machine.
#include <benchmark/benchmark.h>
#include <cstdlib>
#include <fmt/core.h>

#include "bench/machine_peak.h"

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return EXIT_FAILURE;
  benchmark::AddCustomContext("FMA peak, f32",
                              fmt::format("{:.1f} GFLOP/s", galen::bench::fma_peak()));
  benchmark::AddCustomContext("memory bandwidth",
                              fmt::format("{:.1f} GB/s", galen::bench::memory_bandwidth()));
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return EXIT_SUCCESS;
}
