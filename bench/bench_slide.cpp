// Patches of 768 pixels at 10X from the slide that GALEN_BENCH_SLIDE names, row by row. Its peer is
// bench/peer_slide.py: openslide-python and Pillow on the same file.

#include <benchmark/benchmark.h>
#include <cstdlib>

#include <galen/slide.h>

#include "base/parallel.h"

namespace galen {
namespace {

constexpr int kSide = 768;
constexpr Mpp kTenX{1.0, 1.0};
constexpr std::size_t kMostPatches = 60;

std::size_t patches_along(std::int64_t pixels, double mpp) {
  return static_cast<std::size_t>(static_cast<double>(pixels) * mpp / kSide);
}

/// Argument: threads. Each round opens the slide anew, so that no tile is cached.
void bench_patches(benchmark::State& state) {
  const char* path = std::getenv("GALEN_BENCH_SLIDE");
  if (path == nullptr) {
    state.SkipWithError("GALEN_BENCH_SLIDE names no slide");
    return;
  }
  std::size_t patches = 0;
  for (auto _ : state) {
    const auto slide = open_slide(path);
    const Mpp mpp = slide->mpp().value();
    const auto columns = patches_along(slide->levels()[0].width, mpp.x);
    const auto rows = patches_along(slide->levels()[0].height, mpp.y);
    const std::size_t count = std::min(columns * rows, kMostPatches);
    parallel_for(count, static_cast<int>(state.range(0)), [&](std::size_t i) {
      const double x = static_cast<double>(i % columns) * kSide / mpp.x;
      const double y = static_cast<double>(i / columns) * kSide / mpp.y;
      benchmark::DoNotOptimize(read_region(*slide, x, y, kSide, kSide, kTenX));
    });
    patches += count;
  }
  state.counters["patches/s"] =
      benchmark::Counter(static_cast<double>(patches), benchmark::Counter::kIsRate);
}

BENCHMARK(bench_patches)
    ->ArgName("threads")
    ->Arg(1)
    ->Arg(2)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace galen
