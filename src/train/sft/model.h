#pragma once

#include <functional>
#include <torch/torch.h>
#include <vector>

#include "train/gemma/decoder.h"
#include "train/gemma/projector.h"
#include "train/optim/parameters.h"
#include "train/sft/examples.h"
#include "train/siglip/towers.h"

namespace galen::train {

/// What the model says about the learned tokens of a pack, in the order of examples and rows.
struct AnswerScores {
  torch::Tensor log_probs;  ///< [learned], differentiable
  torch::Tensor correct;    ///< [learned] bool: the likeliest token is the right one
};

/// A tower that trains with the decoder.
struct TrainedTower {
  VisionTower tower{nullptr};
  int64_t tokens_per_image = 0;
};

/// A Gemma 3 decoder with, for images, a projector, and the tower unless that is frozen.
class AnswerModelImpl : public torch::nn::Module {
 public:
  /// Images by their index: what a frozen tower says, pooled to soft tokens,
  /// [images, tokens, hidden]; for a tower that trains pixels in [-1, 1], [images, 3, S, S].
  using Images = std::function<torch::Tensor(const torch::Tensor& indices)>;

  /// @param tower empty = frozen
  AnswerModelImpl(GemmaDecoder decoder, Projector projector, Images images,
                  const TrainedTower& tower = {});

  /// What the decoder sees of images by their index, [images, tokens, width].
  torch::Tensor soft_tokens(const torch::Tensor& indices);

  /// Runs the examples as one pack; logits are made for learned rows only.
  AnswerScores score(const std::vector<const Example*>& examples, double temperature = 1);

  [[nodiscard]] GemmaDecoder decoder() const { return decoder_; }
  /// Empty for a model without images.
  [[nodiscard]] Projector projector() const { return projector_; }
  /// Empty when the tower is frozen.
  [[nodiscard]] VisionTower tower() const { return tower_; }

 private:
  GemmaDecoder decoder_;
  Projector projector_;
  Images images_;
  VisionTower tower_;
  int64_t tokens_per_image_;
};
TORCH_MODULE(AnswerModel);

}  // namespace galen::train
