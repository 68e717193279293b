#include "train/nn/row_noise.h"

#include <ATen/CPUGeneratorImpl.h>

#include "base/raise.h"

namespace galen::train {
namespace {

/// splitmix64 (Steele, Lea, Flood 2014): neighbouring steps get unrelated seeds.
uint64_t mixed(uint64_t seed, uint64_t step) {
  uint64_t z = seed + 0x9e3779b97f4a7c15ULL * (step + 1);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

}  // namespace

RowNoise::RowNoise(uint64_t seed, int rank, int world_size)
    : generator_(at::detail::createCPUGenerator(seed)),
      seed_(seed),
      rank_(rank),
      world_size_(world_size) {}

void RowNoise::begin(int64_t step, int64_t batch) {
  generator_.set_current_seed(mixed(seed_, static_cast<uint64_t>(step)));
  batch_ = batch;
}

torch::Tensor RowNoise::uniform(int64_t rows, int64_t columns) {
  if (rows % batch_ != 0) {
    raise(ErrorKind::internal, "row noise: {} rows for a batch of {}", rows, batch_);
  }
  return torch::rand({rows / batch_, world_size_, batch_, columns}, generator_)
      .select(1, rank_)
      .reshape({rows, columns});
}

torch::Tensor RowNoise::permutation(int64_t n) {
  return torch::randperm(n, generator_);
}

}  // namespace galen::train
