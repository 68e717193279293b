#pragma once

#include <torch/torch.h>

namespace galen::train {

/// SigLIP's pairwise loss (Zhai et al. 2023, algorithm 1; transformers' SiglipModel): the sum over
/// all pairs of -log sigmoid(z logit), z = 1 where `positive` and -1 elsewhere, divided by the
/// number of images.
/// @param logits [images, texts]
/// @param positive [images, texts], bool
[[nodiscard]] torch::Tensor sigmoid_loss(const torch::Tensor& logits,
                                         const torch::Tensor& positive);

}  // namespace galen::train
