#include "train/mil/clam.h"

#include <algorithm>
#include <string>

namespace galen::train {
namespace {

bool has_map_per_class(const AggregatorOptions& options) {
  return options.kind == AggregatorKind::clam_mb;
}

}  // namespace

torch::Tensor smooth_svm_loss(const torch::Tensor& scores, const torch::Tensor& labels) {
  const torch::Tensor truth = torch::one_hot(labels, scores.size(1)).to(scores.dtype());
  const torch::Tensor own = (scores * truth).sum(1);
  return (torch::logsumexp(scores + (1 - truth), 1) - own).mean();
}

Clam::Clam(const AggregatorOptions& options)
    : options_(options),
      embedding_(register_module(
          "embedding", make_patch_embedding(options.features, options.hidden, options.dropout))),
      attention_(register_module("attention", std::make_shared<PatchAttention>(
                                                  options.hidden, options.attention,
                                                  has_map_per_class(options) ? options.outputs : 1,
                                                  true, options.dropout))) {
  const int64_t classifiers = has_map_per_class(options) ? options.outputs : 1;
  for (int64_t k = 0; k < classifiers; ++k) {
    classifiers_.push_back(
        register_module("classifier" + std::to_string(k),
                        torch::nn::Linear(options.hidden, options.outputs / classifiers)));
  }
  for (int64_t k = 0; options.instance_loss != InstanceLoss::none && k < options.outputs; ++k) {
    instance_classifiers_.push_back(
        register_module("instance" + std::to_string(k), torch::nn::Linear(options.hidden, 2)));
  }
  for (const auto& module : modules(false)) {
    if (auto* linear = module->as<torch::nn::LinearImpl>()) {
      torch::nn::init::xavier_normal_(linear->weight);
      torch::nn::init::zeros_(linear->bias);
    }
  }
}

BagResult Clam::forward(const torch::Tensor& bag, int64_t label) {
  const torch::Tensor patches = embedding_->forward(bag);
  const torch::Tensor weights = torch::softmax(attention_->forward(patches), 1);
  BagResult result{logits_of(weights.mm(patches)), weights.detach(), {}};
  if (label >= 0 && !instance_classifiers_.empty())
    result.instance_loss = instance_loss(patches, weights.detach(), label);
  return result;
}

torch::Tensor Clam::logits_of(const torch::Tensor& pooled) {
  if (classifiers_.size() == 1) return classifiers_[0](pooled[0]);
  std::vector<torch::Tensor> logits;
  for (size_t k = 0; k < classifiers_.size(); ++k)
    logits.push_back(classifiers_[k](pooled[static_cast<int64_t>(k)]));
  return torch::cat(logits);
}

torch::Tensor Clam::instance_loss(const torch::Tensor& patches, const torch::Tensor& weights,
                                  int64_t label) {
  const int64_t count = std::min(options_.instance_patches, patches.size(0));
  torch::Tensor sum = torch::zeros({}, patches.options());
  for (int64_t k = 0; k < options_.outputs; ++k) {
    if (k != label && !options_.subtyping) continue;
    const torch::Tensor map = weights[weights.size(0) == 1 ? 0 : k];
    torch::Tensor chosen = std::get<1>(map.topk(count));
    torch::Tensor target = torch::full({count}, k == label ? 1 : 0, chosen.options());
    if (k == label) {
      chosen = torch::cat({chosen, std::get<1>(map.topk(count, -1, /*largest=*/false))});
      target = torch::cat({target, torch::zeros_like(target)});
    }
    const torch::Tensor scores =
        instance_classifiers_[static_cast<size_t>(k)](patches.index_select(0, chosen));
    sum = sum + (options_.instance_loss == InstanceLoss::svm
                     ? smooth_svm_loss(scores, target)
                     : torch::nn::functional::cross_entropy(scores, target));
  }
  return options_.subtyping ? sum / options_.outputs : sum;
}

}  // namespace galen::train
