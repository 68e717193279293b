// A training step of each self-supervised method: ViT-S/16 at 224 pixels, 32 images a step, with
// its official heads; views are random numbers made before. bench/peer_ssl.py is the same in
// PyTorch. GALEN_BENCH_THREADS: threads of the arithmetic.

#include <benchmark/benchmark.h>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "train/ssl/trainer.h"

namespace galen::train {
namespace {

constexpr int kBatch = 32;
constexpr int64_t kStepsPerEpoch = 100;

void step_of(benchmark::State& state, const std::string& name) {
  torch::manual_seed(0);
  if (const char* threads = std::getenv("GALEN_BENCH_THREADS")) {
    torch::set_num_threads(std::atoi(threads));
  }
  MethodParts parts;
  const auto ranks = std::make_shared<const Distributed>();
  parts.ranks = ranks;
  parts.noise = std::make_shared<RowNoise>(0, ranks->rank(), ranks->world_size());
  Settings settings;
  const auto method = make_method(name, parts, settings);
  method->train();
  Trainer trainer(method, method->plan(), kBatch, kStepsPerEpoch, 100 * kStepsPerEpoch, ranks);
  std::vector<torch::Tensor> views;
  for (const int size : view_sizes(method->recipe())) {
    views.push_back(torch::randn({kBatch, 3, size, size}));
  }
  std::map<std::string, double> values;
  // After the epoch in which DINO's last layer is frozen.
  int64_t step = kStepsPerEpoch;
  parts.noise->begin(step, kBatch);
  (void)trainer.step(views, step++, values);
  for (auto _ : state) {
    parts.noise->begin(step, kBatch);
    benchmark::DoNotOptimize(trainer.step(views, step++, values).item<float>());
  }
  state.SetItemsProcessed(state.iterations() * kBatch);
}

BENCHMARK_CAPTURE(step_of, simclr, "simclr")->Unit(benchmark::kSecond)->UseRealTime();
BENCHMARK_CAPTURE(step_of, moco_v3, "moco_v3")->Unit(benchmark::kSecond)->UseRealTime();
BENCHMARK_CAPTURE(step_of, dino, "dino")->Unit(benchmark::kSecond)->UseRealTime();
BENCHMARK_CAPTURE(step_of, msn, "msn")->Unit(benchmark::kSecond)->UseRealTime();
BENCHMARK_CAPTURE(step_of, mae, "mae")->Unit(benchmark::kSecond)->UseRealTime();

}  // namespace
}  // namespace galen::train
