// The resize of one image to a tower's size; its peer is Pillow's Image.resize, on one thread.

#include <benchmark/benchmark.h>

#include "vision/preprocess/resize.h"

namespace galen::vision {
namespace {

Image noise(int side) {
  Image image = make_image(side, side, 3);
  std::uint32_t state = 1;
  for (std::uint8_t& sample : image.data) {
    state = state * 1664525U + 1013904223U;
    sample = static_cast<std::uint8_t>(state >> 24);
  }
  return image;
}

/// Arguments: source side, target side, threads.
void bench_pil(benchmark::State& state) {
  const Image image = noise(static_cast<int>(state.range(0)));
  const int side = static_cast<int>(state.range(1));
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        resize_bilinear_pil(image, side, side, static_cast<int>(state.range(2))));
  }
}

void bench_tf(benchmark::State& state) {
  const Image image = noise(static_cast<int>(state.range(0)));
  const int side = static_cast<int>(state.range(1));
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        resize_bilinear_tf(image, side, side, static_cast<int>(state.range(2))));
  }
}

BENCHMARK(bench_pil)
    ->ArgNames({"from", "to", "threads"})
    ->Args({2048, 896, 1})
    ->Args({2048, 896, 2})
    ->Args({512, 896, 1})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK(bench_tf)
    ->ArgNames({"from", "to", "threads"})
    ->Args({2048, 448, 1})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace galen::vision
