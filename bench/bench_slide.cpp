// Patches of 768 pixels at 10X from the slide that GALEN_BENCH_SLIDE names, row by row. Its peer is
// bench/peer_slide.py: openslide-python and Pillow on the same file.

#include <algorithm>
#include <benchmark/benchmark.h>
#include <cmath>
#include <cstdlib>
#include <vector>

#include <galen/slide.h>

#include "bench/bare_decode.h"
#include "vision/tiling/patch_stream.h"

namespace galen {
namespace {

constexpr int kSide = 768;
constexpr double kTenX = 1.0;
constexpr int kMostPatches = 120;

/// The cells of the first rows of the grid that lie inside the slide, as many as the benchmark
/// reads.
struct Cells {
  int columns = 0;
  int rows = 0;
};

Cells cells_of(const Slide& slide) {
  const Mpp mpp = slide.mpp().value();
  const SlideLevel& base = slide.levels().front();
  const int columns = static_cast<int>(static_cast<double>(base.width) * mpp.x / kSide);
  const int rows = static_cast<int>(static_cast<double>(base.height) * mpp.y / kSide);
  return {columns, std::min(rows, std::max(1, kMostPatches / std::max(1, columns)))};
}

std::vector<vision::Patch> patches_of(const Slide& slide, const Cells& cells) {
  const Mpp mpp = slide.mpp().value();
  std::vector<vision::Patch> patches;
  for (int i = 0; i < cells.columns * cells.rows; ++i) {
    patches.push_back({i % cells.columns * kSide / mpp.x, i / cells.columns * kSide / mpp.y, 1});
  }
  return patches;
}

/// The slide that GALEN_BENCH_SLIDE names; marks the run where there is none.
const char* slide_path(benchmark::State& state) {
  const char* path = std::getenv("GALEN_BENCH_SLIDE");
  if (path == nullptr) state.SkipWithError("GALEN_BENCH_SLIDE names no slide");
  return path;
}

void count(benchmark::State& state, std::size_t patches) {
  state.counters["patches/s"] =
      benchmark::Counter(static_cast<double>(patches), benchmark::Counter::kIsRate);
}

/// Arguments: threads; 1 to let the JPEG decoder shrink tiles. Each round opens the slide anew, so
/// that no tile is cached.
void bench_patches(benchmark::State& state) {
  const char* path = slide_path(state);
  if (path == nullptr) return;
  const auto decoding = state.range(1) == 1 ? Decoding::scaled : Decoding::exact;
  std::size_t patches = 0;
  for (auto _ : state) {
    const auto slide = open_slide(path);
    const std::vector<vision::Patch> grid = patches_of(*slide, cells_of(*slide));
    vision::PatchStream stream(*slide, grid,
                               {.size = kSide,
                                .mpp = kTenX,
                                .threads = static_cast<int>(state.range(0)),
                                .decoding = decoding});
    while (auto patch = stream.next()) benchmark::DoNotOptimize(patch->data.data());
    patches += grid.size();
  }
  count(state, patches);
}

/// The same tiles by libjpeg-turbo alone, from memory into one buffer: the coarsest level, shrunk
/// by the decoder where it can be, that is as fine as the patches.
void bench_bare_decode(benchmark::State& state) {
  const char* path = slide_path(state);
  if (path == nullptr) return;
  const auto slide = open_slide(path);
  const double most = kTenX / slide->mpp().value().x * 1.015;
  int level = 0;
  while (level + 1 < static_cast<int>(slide->levels().size()) &&
         slide->levels()[level + 1].downsample <= most) {
    ++level;
  }
  int reduction = 1;
  while (2 * reduction <= slide->max_reduction(level) &&
         slide->levels()[level].downsample * 2 * reduction <= most) {
    reduction *= 2;
  }
  const Cells cells = cells_of(*slide);
  const double side = kSide * kTenX / slide->mpp().value().x / slide->levels()[level].downsample;
  const bench::StoredTiles tiles =
      bench::read_stored_tiles(path, slide->levels()[level].width,
                               std::llround(cells.columns * side), std::llround(cells.rows * side));
  std::size_t patches = 0;
  for (auto _ : state) {
    bench::decode_bare(tiles, reduction, static_cast<int>(state.range(0)));
    patches += static_cast<std::size_t>(cells.columns) * cells.rows;
  }
  count(state, patches);
}

BENCHMARK(bench_patches)
    ->ArgNames({"threads", "scaled"})
    ->ArgsProduct({{1, 2}, {0, 1}})
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();
BENCHMARK(bench_bare_decode)
    ->ArgName("threads")
    ->Arg(1)
    ->Arg(2)
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

}  // namespace
}  // namespace galen
