#pragma once

#include <torch/torch.h>

#include "train/gemma/stored_matrix.h"

namespace galen::train {

struct TokenLogProbs {
  torch::Tensor log_probs;  ///< [n], differentiable: log softmax(x E^T)[target]
  torch::Tensor best;       ///< [n] int64, the likeliest token
};

/// The log-probability of each target under the tied head, without ever holding the logits: the
/// vocabulary goes by in blocks with a running maximum and sum, and the gradient of x is gathered
/// in the same pass (the online softmax of Milakov and Gimelshein 2018, arXiv 1805.02867, as flash
/// attention uses it).
/// @param x [n, width], final hidden states of the positions that predict
/// @param embedding [vocabulary, width]; takes a gradient when it is in floats and asks for it
/// @param targets [n] int64
/// @param temperature logits are divided by it
[[nodiscard]] TokenLogProbs token_log_probs(const torch::Tensor& x, const StoredMatrix& embedding,
                                            const torch::Tensor& targets, double temperature = 1);

}  // namespace galen::train
