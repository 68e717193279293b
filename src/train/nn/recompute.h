#pragma once

#include <functional>
#include <torch/torch.h>

namespace galen::train {

/// f(x) that keeps only x for the backward pass and computes f again there (Chen et al. 2016, arXiv
/// 1604.06174). The parameters inside f get their gradients as usual. f must give the same result
/// both times; the random state is put back for dropout.
[[nodiscard]] torch::Tensor recomputed(std::function<torch::Tensor(const torch::Tensor&)> f,
                                       const torch::Tensor& x);

}  // namespace galen::train
