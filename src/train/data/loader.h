#pragma once
// Batches of views, made ahead of time on worker threads.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "train/data/source.h"
#include "train/views/view_spec.h"

namespace galen::train {

struct LoaderOptions {
  int batch = 32;  ///< samples of a global batch: all ranks together
  std::uint64_t seed = 0;
  int workers = 1;   ///< threads, 0 = all cores
  int prefetch = 2;  ///< batches made ahead
  int rank = 0;
  int world_size = 1;                              ///< divides `batch`
  bool drop_last = true;                           ///< leave out an epoch's last, shorter batch
  bool shuffle = true;                             ///< false: the source's order, for evaluation
  std::size_t cache_bytes = std::size_t{2} << 30;  ///< decoded pictures kept in memory
};

/// This rank's samples of one global batch; `n` = indices.size().
struct Batch {
  std::vector<std::vector<float>> views;  ///< per view of the recipe expanded: n x 3 x S x S, RGB
  std::vector<int> view_sizes;            ///< S of each view
  std::vector<std::int64_t> indices;      ///< into the source, after replacement of unreadable ones
  std::vector<int> labels;                ///< Source::label of each
  std::int64_t epoch = 0;
  std::int64_t batch_in_epoch = 0;
};

/// An endless run of batches. An epoch's order comes from (seed, epoch) and a sample's views from
/// (seed, epoch, index), so batches do not depend on the number of workers, and the slices of all
/// ranks, put together in order, are the batch of one process. A picture that cannot be read is
/// reported once and its successor in the source takes its place. Holds a reference to `source`.
/// next() and seek() belong to one thread.
class Loader {
 public:
  /// Throws invalid_argument: a batch of no samples, not divisible by world_size, or larger than
  /// the source with drop_last; a recipe out of range.
  Loader(const Source& source, Recipe recipe, const LoaderOptions& options);
  ~Loader();
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;

  [[nodiscard]] std::int64_t batches_per_epoch() const;
  /// The next batch; after an epoch's last the first of the next. Throws the reader's last error
  /// when no picture near by can be read.
  [[nodiscard]] Batch next();
  /// The batch that next() gives comes from there; what was made ahead is dropped. Resumes a run.
  void seek(std::int64_t epoch, std::int64_t batch_in_epoch);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace galen::train
