#pragma once

#include <torch/torch.h>

namespace galen::train {

/// Minus the mean over events of Cox's log partial likelihood, with Efron's handling of tied times.
/// Zero, with a gradient of zero, when no subject has an event.
/// @param risks log hazard ratios, n
/// @param times n, float64
/// @param events n, 1 event or 0 censored
[[nodiscard]] torch::Tensor cox_loss(const torch::Tensor& risks, const torch::Tensor& times,
                                     const torch::Tensor& events);

}  // namespace galen::train
