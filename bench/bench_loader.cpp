// Pictures a second through the training loader, from JPEG files and from a slide, with views as
// DINO and MAE draw them. GALEN_BENCH_IMAGES names a folder of pictures, GALEN_BENCH_SLIDE a slide;
// without them a folder of photographs and a slide are not measured.

#include <benchmark/benchmark.h>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "train/data/loader.h"
#include "train/data/open_source.h"
#include "train/views/rand_stain_na.h"
#include "train/views/recipes.h"

namespace galen::train {
namespace {

constexpr int kBatch = 32;

Pathology pathology(StainChange change) {
  Pathology pathology;
  pathology.has_right_turns = true;
  pathology.stain.change = change;
  pathology.stain.statistics = {crc_statistics()};
  return pathology;
}

void run(benchmark::State& state, const char* variable, const Recipe& recipe,
         std::size_t cache_bytes) {
  const char* const path = std::getenv(variable);
  if (path == nullptr) {
    state.SkipWithError((std::string(variable) + " is not set").c_str());
    return;
  }
  std::vector<WeightedSource> often;
  // In an epoch: a small slide has fewer patches than a batch.
  often.push_back({open_source(path), cache_bytes > 0 ? 1.0 : 16.0});
  const auto source = mix_sources(std::move(often));
  LoaderOptions options;
  options.batch = kBatch;
  options.workers = static_cast<int>(state.range(0));
  options.cache_bytes = cache_bytes;
  Loader loader(*source, recipe, options);
  // Fill the cache, where there is one, and the queue of batches made ahead.
  const auto pictures = cache_bytes > 0 ? static_cast<int>(source->size()) : 0;
  for (int i = 0; i * kBatch < pictures + kBatch * (options.prefetch + 2); ++i) {
    benchmark::DoNotOptimize(loader.next());
  }
  for (auto _ : state) benchmark::DoNotOptimize(loader.next());
  state.SetItemsProcessed(state.iterations() * kBatch);
}

constexpr std::size_t kCache = std::size_t{2} << 30;
constexpr const char* kImages = "GALEN_BENCH_IMAGES";
constexpr const char* kSlide = "GALEN_BENCH_SLIDE";

void mae_cached(benchmark::State& state) {
  run(state, kImages, mae_recipe(), kCache);
}
void mae_from_files(benchmark::State& state) {
  run(state, kImages, mae_recipe(), 0);
}
void mae_from_slide(benchmark::State& state) {
  run(state, kSlide, mae_recipe(), 0);
}
void dino_cached(benchmark::State& state) {
  run(state, kImages, dino_recipe(), kCache);
}
void dino_from_files(benchmark::State& state) {
  run(state, kImages, dino_recipe(), 0);
}
void dino_from_slide(benchmark::State& state) {
  run(state, kSlide, dino_recipe(), 0);
}
void dino_rand_stain_na(benchmark::State& state) {
  run(state, kImages, dino_recipe(224, 96, 8, pathology(StainChange::rand_stain_na)), kCache);
}
void dino_hed_jitter(benchmark::State& state) {
  run(state, kImages, dino_recipe(224, 96, 8, pathology(StainChange::hed_jitter)), kCache);
}
void dino_macenko(benchmark::State& state) {
  run(state, kImages, dino_recipe(224, 96, 8, pathology(StainChange::macenko_augment)), kCache);
}

BENCHMARK(mae_cached)
    ->ArgName("workers")
    ->Arg(1)
    ->Arg(2)
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Iterations(12);
BENCHMARK(mae_from_files)
    ->ArgName("workers")
    ->Arg(1)
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Iterations(12);
BENCHMARK(mae_from_slide)
    ->ArgName("workers")
    ->Arg(1)
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Iterations(12);
BENCHMARK(dino_cached)
    ->ArgName("workers")
    ->Arg(1)
    ->Arg(2)
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Iterations(12);
BENCHMARK(dino_from_files)
    ->ArgName("workers")
    ->Arg(1)
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Iterations(12);
BENCHMARK(dino_from_slide)
    ->ArgName("workers")
    ->Arg(1)
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Iterations(12);
BENCHMARK(dino_rand_stain_na)
    ->ArgName("workers")
    ->Arg(1)
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Iterations(12);
BENCHMARK(dino_hed_jitter)
    ->ArgName("workers")
    ->Arg(1)
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Iterations(12);
BENCHMARK(dino_macenko)
    ->ArgName("workers")
    ->Arg(1)
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Iterations(12);

}  // namespace
}  // namespace galen::train
