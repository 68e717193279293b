#pragma once

#include <functional>
#include <torch/torch.h>
#include <vector>

#include "train/gemma/decoder.h"
#include "train/gemma/projector.h"
#include "train/optim/parameters.h"
#include "train/sft/examples.h"

namespace galen::train {

/// What the model says about the learned tokens of a pack, in the order of examples and rows.
struct AnswerScores {
  torch::Tensor log_probs;  ///< [learned], differentiable
  torch::Tensor correct;    ///< [learned] bool: the likeliest token is the right one
};

/// A Gemma 3 decoder with, for images, a projector on features of a frozen tower.
class AnswerModelImpl : public torch::nn::Module {
 public:
  /// Soft tokens' features of images by their index, [images, tokens, hidden].
  using Features = std::function<torch::Tensor(const torch::Tensor& indices)>;

  AnswerModelImpl(GemmaDecoder decoder, Projector projector, Features features);

  /// Runs the examples as one pack; logits are made for learned rows only.
  AnswerScores score(const std::vector<const Example*>& examples, double temperature = 1);

  [[nodiscard]] GemmaDecoder decoder() const { return decoder_; }
  /// Empty for a model without images.
  [[nodiscard]] Projector projector() const { return projector_; }

 private:
  GemmaDecoder decoder_;
  Projector projector_;
  Features features_;
};
TORCH_MODULE(AnswerModel);

}  // namespace galen::train
