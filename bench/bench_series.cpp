// The CT series in the folder that GALEN_BENCH_SERIES names, from its files to the pictures a model
// takes: read, put in order, Hounsfield units, at most 85 slices, three windows, 896 x 896. Its
// peer is bench/peer_series.py, which also makes such a folder.

#include <benchmark/benchmark.h>
#include <cstdlib>

#include <galen/input.h>

#include "vision/view.h"

namespace galen {
namespace {

void bench_series(benchmark::State& state) {
  const char* folder = std::getenv("GALEN_BENCH_SERIES");
  if (folder == nullptr) {
    state.SkipWithError("GALEN_BENCH_SERIES names no folder");
    return;
  }
  std::size_t views = 0;
  for (auto _ : state) {
    const std::vector<Input> inputs = open_inputs(folder);
    views = vision::make_views(inputs.at(0), {}).size();
  }
  state.counters["views"] = static_cast<double>(views);
}

BENCHMARK(bench_series)->Unit(benchmark::kMillisecond)->UseRealTime()->MeasureProcessCPUTime();

}  // namespace
}  // namespace galen
