#pragma once
// One tensor of a GGUF made from one tensor of a checkpoint: which rows, what is added, how stored.

#include <cstdint>
#include <string>
#include <vector>

#include <galen/cancel.h>

#include "base/progress.h"
#include "model/weights/checkpoint.h"
#include "model/weights/gguf_writer.h"

namespace galen::model {

struct TensorJob {
  std::string target;               ///< name in the GGUF
  std::string source;               ///< name in the checkpoint
  std::vector<std::int64_t> shape;  ///< the source must have it; the slowest dimension first
  int type = 0;                     ///< ggml_type to store
  std::int64_t first_row = 0;       ///< of the slowest dimension
  std::int64_t rows = 0;            ///< 0 = all from first_row on
  float add = 0;                    ///< 1 for Gemma's norms, which multiply by 1 + w
  float multiply = 1;               ///< after the addition
  bool flatten = false;             ///< store as one dimension
};

/// Bytes of the file's data once written.
[[nodiscard]] std::uint64_t stored_bytes(const std::vector<TensorJob>& jobs);

/// Checks every source, declares every target, then streams the data. `cancel` may be null.
/// Throws malformed for missing tensors and wrong shapes before anything is written.
void run_jobs(const std::vector<TensorJob>& jobs, Checkpoint& checkpoint, GgufWriter& gguf,
              Progress& progress, const CancelToken* cancel);

}  // namespace galen::model
