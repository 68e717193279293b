// SigLIP-So400m with random weights: one image at 896 pixels (MedGemma's tower), eight at 448
// (MedSigLIP's). Set GALEN_BENCH_THREADS to use fewer threads than there are cores.

#include <benchmark/benchmark.h>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <unistd.h>
#include <vector>

#include "bench/machine_peak.h"
#include "bench/random_tower.h"
#include "model/siglip/tower.h"

namespace galen::bench {
namespace {

int threads() {
  const char* wish = std::getenv("GALEN_BENCH_THREADS");
  return wish != nullptr ? std::atoi(wish) : 0;
}

std::unique_ptr<model::VisionTower> random_so400m(int image_size) {
  const auto file = std::filesystem::temp_directory_path() /
                    ("galen_so400m_" + std::to_string(getpid()) + ".gguf");
  write_random_tower(so400m(image_size), file);
  auto tower = model::VisionTower::load(file, {.threads = threads()});
  std::filesystem::remove(file);
  return tower;
}

/// Multiplications and additions of the matrix products and of attention, for one image.
double flop(const model::VisionShape& shape) {
  const double patches = shape.patches();
  const double hidden = shape.hidden;
  const double layer =
      2 * patches * hidden * (4 * hidden + 2 * shape.mlp) + 4 * patches * patches * hidden;
  return shape.layers * layer + 2 * patches * hidden * 3 * shape.patch_size * shape.patch_size;
}

void encode(benchmark::State& state) {
  const auto image_size = static_cast<int>(state.range(0));
  const auto images = static_cast<int>(state.range(1));
  const auto tower = random_so400m(image_size);
  const std::vector<float> pixels(
      static_cast<std::size_t>(images) * 3 * static_cast<std::size_t>(image_size * image_size),
      0.25F);
  for (auto _ : state) {
    benchmark::DoNotOptimize(tower->patch_features(pixels, images));
  }
  const double work = flop(tower->shape()) * images / 1e9;
  const auto runs = static_cast<double>(state.iterations());
  const double peak = fma_peak(threads());
  state.counters["GFLOP/s"] = benchmark::Counter(work * runs, benchmark::Counter::kIsRate);
  state.counters["peak_GFLOP/s"] = peak;
  state.counters["of_peak"] = benchmark::Counter(work * runs / peak, benchmark::Counter::kIsRate);
  state.counters["memory_GB/s"] = memory_bandwidth(threads());
  state.counters["images/s"] = benchmark::Counter(images * runs, benchmark::Counter::kIsRate);
}

BENCHMARK(encode)
    ->Name("so400m")
    ->ArgNames({"pixels", "images"})
    ->Args({896, 1})
    ->Args({448, 8})
    ->Iterations(1)
    ->UseRealTime()
    ->Unit(benchmark::kSecond);

}  // namespace
}  // namespace galen::bench
