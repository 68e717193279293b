#pragma once
// Tensors that an optimiser keeps beside its parameters.

#include <map>
#include <string>
#include <torch/torch.h>
#include <vector>

#include "train/optim/parameters.h"

namespace galen::train {

/// One tensor of each parameter, in their order.
using Moments = std::vector<torch::Tensor>;

/// Zeros in the parameters' shapes.
[[nodiscard]] Moments zeros_like(const std::vector<Parameter>& parameters);

/// A count of steps of each parameter, float32 scalars at 0.
[[nodiscard]] Moments zero_steps(const std::vector<Parameter>& parameters);

/// Adds the moments to `state` as `<parameter>.<name>`.
void name_moments(const std::vector<Parameter>& parameters, const Moments& moments,
                  const char* name, std::map<std::string, torch::Tensor>& state);

}  // namespace galen::train
