#pragma once

#include <memory>
#include <torch/torch.h>
#include <vector>

namespace galen::train {

/// The processes of one training run, started by torchrun-style variables: RANK, WORLD_SIZE,
/// MASTER_ADDR, MASTER_PORT. Without them there is one process and every call is the identity.
/// gloo on CPU tensors, NCCL on CUDA tensors where libtorch has it. Calls are collective: every
/// rank makes the same ones in the same order. Not thread safe.
class Distributed {
 public:
  /// Reads the variables and joins the group.
  /// @throws Error invalid_argument for a variable that is missing or no number, io when the
  ///         master cannot be reached in two minutes.
  [[nodiscard]] static Distributed from_environment();
  /// One process.
  Distributed();
  ~Distributed();
  Distributed(Distributed&&) noexcept;
  Distributed& operator=(Distributed&&) noexcept;

  [[nodiscard]] int rank() const { return rank_; }
  [[nodiscard]] int world_size() const { return world_size_; }
  /// The rank that logs and writes files.
  [[nodiscard]] bool is_main() const { return rank_ == 0; }

  /// Sum over ranks, in place, outside autograd.
  void sum(torch::Tensor& tensor) const;
  /// Mean over ranks, in place, outside autograd.
  void mean(torch::Tensor& tensor) const;
  /// Mean over ranks of every gradient, as DistributedDataParallel does it, in buckets of 25 MB.
  void average_gradients(const std::vector<torch::Tensor>& parameters) const;
  /// Concatenation over ranks along dimension 0, in rank order; every rank gives the same shape.
  /// No gradient flows.
  [[nodiscard]] torch::Tensor gather(const torch::Tensor& tensor) const;
  /// As gather; the gradient of a rank's rows is the sum over all ranks of what they sent back (as
  /// torch.distributed.nn.all_gather). With one process: the tensor itself.
  [[nodiscard]] torch::Tensor gather_with_gradient(const torch::Tensor& tensor) const;
  /// Sum over ranks whose backward is again the sum over ranks (as
  /// torch.distributed.nn.all_reduce).
  [[nodiscard]] torch::Tensor sum_with_gradient(const torch::Tensor& tensor) const;
  /// Copies rank 0's values to every rank, in place.
  void broadcast(const std::vector<torch::Tensor>& tensors) const;
  void barrier() const;
  /// True on every rank when it is on one: a signal may reach them at different steps.
  [[nodiscard]] bool any(bool is_so) const;
  /// Every rank begins at the same step.
  /// @throws Error invalid_argument on every rank: they see different checkpoints.
  void require_same_step(std::int64_t step) const;
  /// Where this rank computes: the CPU, or the GPU of LOCAL_RANK, else of its rank among those
  /// here.
  [[nodiscard]] torch::Device device() const;

 private:
  struct Group;
  std::shared_ptr<Group> group_;
  int rank_ = 0;
  int world_size_ = 1;
};

}  // namespace galen::train
