#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <torch/torch.h>

#include "base/json.h"

namespace galen::train {

/// Everything a run needs to go on as if it had not stopped: named tensors (weights, EMA, optimiser
/// moments, centers, queues; contiguous, any dtype safetensors knows) and small facts (step, epoch,
/// schedule position, the random generator's state).
struct Checkpoint {
  std::map<std::string, torch::Tensor> tensors;
  Json facts;
};

/// The checkpoints of one run folder: `OUT/checkpoints/step-00001200.safetensors`, facts in the
/// file's metadata. Written to a temporary name, flushed, renamed; the newest `keep` stay. Only the
/// main rank writes.
class CheckpointFolder {
 public:
  explicit CheckpointFolder(const std::filesystem::path& run_folder, int keep = 2);

  /// @throws Error io when the disk is full; the older checkpoints stay.
  void save(int64_t step, const Checkpoint& checkpoint) const;
  /// The newest complete one, or nothing in a new folder.
  /// @throws Error malformed naming the file when it is damaged.
  [[nodiscard]] std::optional<Checkpoint> load_latest() const;

 private:
  std::filesystem::path folder_;
  int keep_;
};

/// Parameters and buffers of `module` under `prefix`, for Checkpoint::tensors.
void collect(const torch::nn::Module& module, const std::string& prefix,
             std::map<std::string, torch::Tensor>& tensors);

/// Copies back what collect() took.
/// @throws Error malformed naming a tensor that is missing or has another shape.
void restore(torch::nn::Module& module, const std::string& prefix,
             const std::map<std::string, torch::Tensor>& tensors);

/// Writes named tensors as one safetensors file, atomically; `metadata` are its string pairs.
void write_tensors(const std::filesystem::path& file,
                   const std::map<std::string, torch::Tensor>& tensors,
                   const std::map<std::string, std::string>& metadata = {});

/// Reads every tensor of a safetensors file, in its own dtype, or as float32 with `to_float`.
/// @throws Error malformed, io
[[nodiscard]] std::map<std::string, torch::Tensor> read_tensors(const std::filesystem::path& file,
                                                                bool to_float = false);

}  // namespace galen::train
