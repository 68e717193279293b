#pragma once

#include <vector>

#include "train/mil/aggregator.h"
#include "train/mil/attention.h"

namespace galen::train {

/// Clustering-constrained attention (Lu et al. 2021): gated attention, one map (SB) or one a class
/// with a classifier of its own (MB), and on request a loss on the patches of most and least
/// attention: two-way classifiers, one a class, learn that the top patches of the bag's class are
/// evidence and its bottom patches are not; with subtyping the top patches of every other class are
/// not either, and the sum is divided by the number of classes.
class Clam : public Aggregator {
 public:
  explicit Clam(const AggregatorOptions& options);
  BagResult forward(const torch::Tensor& bag, int64_t label) override;

 private:
  [[nodiscard]] torch::Tensor logits_of(const torch::Tensor& pooled);
  [[nodiscard]] torch::Tensor instance_loss(const torch::Tensor& patches,
                                            const torch::Tensor& weights, int64_t label);

  AggregatorOptions options_;
  torch::nn::Sequential embedding_;
  std::shared_ptr<PatchAttention> attention_;
  std::vector<torch::nn::Linear> classifiers_;           ///< SB: one; MB: one a class
  std::vector<torch::nn::Linear> instance_classifiers_;  ///< one a class
};

/// The mean smooth top-1 SVM loss (Berrada et al. 2018) with margin 1 and temperature 1: the
/// log-sum-exp of the scores, 1 added to the wrong classes', less the true class's.
[[nodiscard]] torch::Tensor smooth_svm_loss(const torch::Tensor& scores,
                                            const torch::Tensor& labels);

}  // namespace galen::train
