#pragma once

#include <cstdint>
#include <memory>
#include <torch/torch.h>

namespace galen::train {

enum class AggregatorKind { mean, max, abmil, abmil_plain, clam_sb, clam_mb, transmil };

/// CLAM's extra loss on single patches.
enum class InstanceLoss { none, cross_entropy, svm };

struct AggregatorOptions {
  AggregatorKind kind = AggregatorKind::abmil;
  int64_t features = 0;     ///< width of a patch
  int64_t outputs = 0;      ///< logits of the bag: classes, or 1
  int64_t hidden = 512;     ///< width after the first layer
  int64_t attention = 256;  ///< width of the attention's inner layer
  double dropout = 0.25;
  InstanceLoss instance_loss = InstanceLoss::none;
  int64_t instance_patches = 8;  ///< CLAM's k; fewer in smaller bags
  bool subtyping = false;   ///< classes exclude each other: the others' top patches are negatives
  int64_t heads = 8;        ///< TransMIL
  int64_t landmarks = 256;  ///< TransMIL
};

struct BagResult {
  torch::Tensor logits;         ///< outputs
  torch::Tensor attention;      ///< maps x patches, without gradient; undefined for mean and max
  torch::Tensor instance_loss;  ///< a scalar; undefined without
};

/// From the patches of one slide to its logits. Takes any bag with at least one patch.
class Aggregator : public torch::nn::Module {
 public:
  /// @param bag patches x features, float32
  /// @param label the bag's class for the instance loss; -1: without it
  virtual BagResult forward(const torch::Tensor& bag, int64_t label) = 0;
};

[[nodiscard]] std::shared_ptr<Aggregator> make_aggregator(const AggregatorOptions& options);

}  // namespace galen::train
