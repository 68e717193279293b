#include "train/finetune/targets.h"

#include "base/raise.h"

namespace galen::train {
namespace {

constexpr double kMaxPositiveWeight = 100;

}  // namespace

Targets::Targets(const Source& source, bool multi_label)
    : multi_label_(multi_label), classes_(static_cast<int>(source.label_names().size())) {
  if (classes_ < (multi_label ? 1 : 2)) {
    raise(ErrorKind::invalid_argument,
          "the data has {} classes; a column label, or a folder of pictures for each class is "
          "needed",
          classes_);
  }
  const auto rows = static_cast<int64_t>(source.size());
  if (multi_label) {
    all_ = torch::zeros({rows, classes_});
    for (int64_t i = 0; i < rows; ++i) {
      for (const int label : source.labels(static_cast<std::size_t>(i))) all_[i][label] = 1;
    }
    return;
  }
  std::vector<int64_t> labels;
  for (std::size_t i = 0; i < source.size(); ++i) {
    if (source.label(i) < 0) {
      raise(ErrorKind::invalid_argument,
            "{} has no label or several; leave it out or train with --multi-label", source.name(i));
    }
    labels.push_back(source.label(i));
  }
  all_ = torch::tensor(labels);
}

torch::Tensor Targets::of(const std::vector<int64_t>& rows) const {
  return all_.index_select(0, torch::tensor(rows));
}

torch::Tensor Targets::positive_weight() const {
  if (!multi_label_) return {};
  const torch::Tensor positives = all_.sum(0);
  return ((static_cast<double>(all_.size(0)) - positives) / positives.clamp_min(1))
      .clamp(0, kMaxPositiveWeight);
}

torch::Tensor classifier_loss(const torch::Tensor& logits, const torch::Tensor& targets,
                              const torch::Tensor& positive_weight) {
  if (!positive_weight.defined()) return at::cross_entropy_loss(logits, targets);
  return at::binary_cross_entropy_with_logits(logits, targets, {}, positive_weight);
}

}  // namespace galen::train
