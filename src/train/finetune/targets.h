#pragma once

#include <cstdint>
#include <torch/torch.h>
#include <vector>

#include "train/data/source.h"

namespace galen::train {

/// What a classifier learns of a source's labels, and its loss.
class Targets {
 public:
  /// @throws Error invalid_argument for fewer than two classes (one with `multi_label`), and for a
  ///         picture without exactly one label where `multi_label` is false, naming it.
  Targets(const Source& source, bool multi_label);

  [[nodiscard]] int classes() const { return classes_; }
  [[nodiscard]] bool multi_label() const { return multi_label_; }
  /// One class: [rows] int64. Several: [rows, classes] float, 0 or 1.
  [[nodiscard]] torch::Tensor of(const std::vector<int64_t>& rows) const;
  /// Several labels: negatives per positive of each class, [classes] float, at most 100 (SCIN
  /// notebook's pos_weight); undefined otherwise.
  [[nodiscard]] torch::Tensor positive_weight() const;

 private:
  bool multi_label_;
  int classes_;
  torch::Tensor all_;
};

/// Mean cross entropy, or mean binary cross entropy with `positive_weight` where it is defined.
/// @param logits [rows, classes]
[[nodiscard]] torch::Tensor classifier_loss(const torch::Tensor& logits,
                                            const torch::Tensor& targets,
                                            const torch::Tensor& positive_weight);

}  // namespace galen::train
