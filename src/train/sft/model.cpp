#include "train/sft/model.h"

#include <utility>

#include "train/gemma/token_log_probs.h"

namespace galen::train {
namespace {

/// A pack as tensors.
struct Rows {
  torch::Tensor tokens;
  std::vector<int64_t> lengths;
  std::vector<ImageRows> images;
  std::vector<int64_t> learned;  ///< rows whose token is learned
};

Rows lay_out(const std::vector<const Example*>& examples, int64_t tokens_per_image) {
  Rows rows;
  std::vector<int64_t> tokens;
  for (const Example* example : examples) {
    const auto begin = static_cast<int64_t>(tokens.size());
    tokens.insert(tokens.end(), example->tokens.begin(), example->tokens.end());
    rows.lengths.push_back(example->size());
    for (const Example::Image& image : example->images) {
      rows.images.push_back({begin + image.begin, tokens_per_image});
    }
    for (const Example::Answer& answer : example->answers) {
      for (int64_t i = answer.begin; i < answer.end; ++i) rows.learned.push_back(begin + i);
    }
  }
  rows.tokens = torch::tensor(tokens, torch::kLong);
  return rows;
}

}  // namespace

AnswerModelImpl::AnswerModelImpl(GemmaDecoder decoder, Projector projector, Images images,
                                 const TrainedTower& tower)
    : decoder_(register_module("decoder", std::move(decoder))),
      projector_(std::move(projector)),
      images_(std::move(images)),
      tower_(tower.tower),
      tokens_per_image_(tower.tokens_per_image) {
  if (projector_) register_module("projector", projector_);
  if (tower_) register_module("tower", tower_);
}

torch::Tensor AnswerModelImpl::soft_tokens(const torch::Tensor& indices) {
  const torch::Tensor images = images_(indices);
  return projector_(tower_ ? pooled_patches(tower_->features(images), tokens_per_image_) : images);
}

AnswerScores AnswerModelImpl::score(const std::vector<const Example*>& examples,
                                    double temperature) {
  std::vector<int64_t> images;
  for (const Example* example : examples) {
    for (const Example::Image& image : example->images) images.push_back(image.index);
  }
  torch::Tensor soft;
  if (!images.empty()) soft = soft_tokens(torch::tensor(images, torch::kLong));
  const Rows rows = lay_out(examples, images.empty() ? 0 : soft.size(1));
  const PackLayout layout(decoder_->config(), rows.lengths, rows.images);
  torch::Tensor x = decoder_->embed(rows.tokens);
  if (!images.empty()) x = with_images(x, soft, rows.images);
  const torch::Tensor hidden = decoder_(x, layout);
  const torch::Tensor learned = torch::tensor(rows.learned, torch::kLong);
  const torch::Tensor targets = rows.tokens.index_select(0, learned);
  const TokenLogProbs scores = token_log_probs(hidden.index_select(0, learned - 1),
                                               decoder_->embedding(), targets, temperature);
  return {scores.log_probs, scores.best == targets};
}

}  // namespace galen::train
