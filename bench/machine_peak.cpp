#include "bench/machine_peak.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/parallel.h"

namespace galen::bench {
namespace {

constexpr int kChains = 12;  // more than latency times throughput on every current core
constexpr std::int64_t kSteps = 5'000'000;
constexpr int kRepeats = 5;
constexpr std::size_t kBandwidthBytes = std::size_t{256} << 20U;

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Best of some repeats, as other programs only ever slow a run down.
template <typename Run>
double best_seconds(const Run& run) {
  double best = 1e300;
  for (int i = 0; i < kRepeats; ++i) {
    const double start = seconds_now();
    run();
    best = std::min(best, seconds_now() - start);
  }
  return best;
}

struct Lanes16 {
  using Vec = float __attribute__((vector_size(64)));
};
struct Lanes8 {
  using Vec = float __attribute__((vector_size(32)));
};
struct Lanes4 {
  using Vec = float __attribute__((vector_size(16)));
};

template <typename Lanes>
inline __attribute__((always_inline)) float chains() {
  using Vec = typename Lanes::Vec;
  Vec sums[kChains];
#pragma GCC unroll 12
  for (int c = 0; c < kChains; ++c) {
    sums[c] = Vec{} + static_cast<float>(c);
  }
  const Vec factor = Vec{} + 0.999F;
  const Vec term = Vec{} + 0.001F;
  for (std::int64_t i = 0; i < kSteps; ++i) {
#pragma GCC unroll 12
    for (int c = 0; c < kChains; ++c) {
      sums[c] = sums[c] * factor + term;
    }
  }
  float total = 0;
  for (const Vec& sum : sums) {
    total += sum[0];
  }
  return total;
}

struct Variant {
  float (*run)();
  int lanes;
};

#if defined(__x86_64__)
__attribute__((target("avx512f"))) float chains_avx512() {
  return chains<Lanes16>();
}
__attribute__((target("avx2,fma"))) float chains_avx2() {
  return chains<Lanes8>();
}
#endif
float chains_baseline() {
  return chains<Lanes4>();
}

Variant best_variant() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) {
    return {chains_avx512, 16};
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    return {chains_avx2, 8};
  }
#endif
  return {chains_baseline, 4};
}

}  // namespace

double fma_peak(int threads) {
  const int count = thread_count(threads);
  const Variant variant = best_variant();
  std::atomic<float> kept{0};  // so that nothing is optimised away
  const double seconds = best_seconds([&] {
    parallel_for(static_cast<std::size_t>(count), count,
                 [&](std::size_t) { kept = variant.run(); });
  });
  return 2.0 * kChains * variant.lanes * static_cast<double>(kSteps) * count / seconds / 1e9;
}

double memory_bandwidth(int threads) {
  const auto count = static_cast<std::size_t>(thread_count(threads));
  const std::vector<std::uint64_t> words(kBandwidthBytes / sizeof(std::uint64_t), 1);
  std::atomic<std::uint64_t> kept{0};
  const double seconds = best_seconds([&] {
    parallel_for(count, static_cast<int>(count), [&](std::size_t thread) {
      const std::size_t begin = words.size() * thread / count;
      const std::size_t end = words.size() * (thread + 1) / count;
      std::uint64_t sum = 0;
      for (std::size_t i = begin; i < end; ++i) {
        sum += words[i];
      }
      kept += sum;
    });
  });
  return static_cast<double>(kBandwidthBytes) / seconds / 1e9;
}

}  // namespace galen::bench
