// Patches of 768 pixels at 10X from the slide that GALEN_BENCH_SLIDE names, row by row. Its peer is
// bench/peer_slide.py: openslide-python and Pillow on the same file.

#include <benchmark/benchmark.h>
#include <cstdlib>
#include <vector>

#include <galen/slide.h>

#include "vision/tiling/patch_stream.h"

namespace galen {
namespace {

constexpr int kSide = 768;
constexpr double kTenX = 1.0;
constexpr std::size_t kMostPatches = 60;

/// The whole cells of the grid, row by row.
std::vector<vision::Patch> whole_grid(const Slide& slide) {
  const Mpp mpp = slide.mpp().value();
  const SlideLevel& base = slide.levels().front();
  std::vector<vision::Patch> patches;
  for (int row = 0; (row + 1) * kSide / mpp.y <= static_cast<double>(base.height); ++row) {
    for (int column = 0; (column + 1) * kSide / mpp.x <= static_cast<double>(base.width);
         ++column) {
      if (patches.size() == kMostPatches) return patches;
      patches.push_back({column * kSide / mpp.x, row * kSide / mpp.y, 1});
    }
  }
  return patches;
}

/// Arguments: threads; 1 to let the JPEG decoder shrink tiles. Each round opens the slide anew, so
/// that no tile is cached.
void bench_patches(benchmark::State& state) {
  const char* path = std::getenv("GALEN_BENCH_SLIDE");
  if (path == nullptr) {
    state.SkipWithError("GALEN_BENCH_SLIDE names no slide");
    return;
  }
  const auto decoding = state.range(1) == 1 ? Decoding::scaled : Decoding::exact;
  std::size_t patches = 0;
  for (auto _ : state) {
    const auto slide = open_slide(path);
    const std::vector<vision::Patch> grid = whole_grid(*slide);
    vision::PatchStream stream(*slide, grid,
                               {.size = kSide,
                                .mpp = kTenX,
                                .threads = static_cast<int>(state.range(0)),
                                .decoding = decoding});
    while (auto patch = stream.next()) benchmark::DoNotOptimize(patch->data.data());
    patches += grid.size();
  }
  state.counters["patches/s"] =
      benchmark::Counter(static_cast<double>(patches), benchmark::Counter::kIsRate);
}

BENCHMARK(bench_patches)
    ->ArgNames({"threads", "scaled"})
    ->ArgsProduct({{1, 2}, {0, 1}})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace galen
