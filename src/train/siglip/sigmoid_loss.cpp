#include "train/siglip/sigmoid_loss.h"

namespace galen::train {

torch::Tensor sigmoid_loss(const torch::Tensor& logits, const torch::Tensor& positive) {
  const torch::Tensor sign = positive.to(logits.dtype()) * 2 - 1;
  return -at::log_sigmoid(logits * sign).sum() / logits.size(0);
}

}  // namespace galen::train
