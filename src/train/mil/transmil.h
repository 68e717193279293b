#pragma once

#include "train/mil/aggregator.h"
#include "train/mil/nystrom.h"

namespace galen::train {

/// TransMIL (Shao et al. 2021): embedded patches, repeated from the first to fill a square, behind
/// a class token; Nystrom attention, a pyramid of depthwise convolutions on the square (PPEG),
/// Nystrom attention, and a linear layer on the class token. The square is not the slide's layout:
/// order counts only as the bag gives it.
class TransMil : public Aggregator {
 public:
  explicit TransMil(const AggregatorOptions& options);
  BagResult forward(const torch::Tensor& bag, int64_t label) override;

 private:
  /// 7 x 7, 5 x 5 and 3 x 3 depthwise convolutions added to the square; the class token passes by.
  [[nodiscard]] torch::Tensor encode_positions(const torch::Tensor& tokens, int64_t side);

  torch::nn::Linear embedding_;
  torch::Tensor class_token_;
  torch::nn::LayerNorm norm1_;
  std::shared_ptr<NystromAttention> attention1_;
  torch::nn::Conv2d conv7_;
  torch::nn::Conv2d conv5_;
  torch::nn::Conv2d conv3_;
  torch::nn::LayerNorm norm2_;
  std::shared_ptr<NystromAttention> attention2_;
  torch::nn::LayerNorm norm_;
  torch::nn::Linear classifier_;
};

}  // namespace galen::train
