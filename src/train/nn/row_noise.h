#pragma once

#include <cstdint>
#include <torch/torch.h>

namespace galen::train {

/// Random numbers for the rows of a batch, the same however many processes share it: each draws
/// the numbers of the whole batch from a generator seeded by (seed, step) and keeps its own rows.
/// With nothing carried from step to step, a resumed run repeats an uninterrupted one. Not thread
/// safe.
class RowNoise {
 public:
  RowNoise(uint64_t seed, int rank, int world_size);

  /// Starts a step in which this process holds `batch` images.
  void begin(int64_t step, int64_t batch);
  /// Uniform in [0, 1), [rows, columns]; `rows` is a multiple of the batch: view after view.
  [[nodiscard]] torch::Tensor uniform(int64_t rows, int64_t columns);
  /// One random order of 0 .. n - 1, the same on every process.
  [[nodiscard]] torch::Tensor permutation(int64_t n);

 private:
  torch::Generator generator_;
  uint64_t seed_;
  int rank_;
  int world_size_;
  int64_t batch_ = 1;
};

}  // namespace galen::train
