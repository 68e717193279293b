#pragma once

#include <functional>
#include <torch/torch.h>
#include <vector>

namespace galen::train {

/// Runs `forward` once for each run of views of equal size and stacks the results: views x B rows,
/// in order.
/// @param forward takes the stacked views and the index of the run.
[[nodiscard]] torch::Tensor forward_by_size(
    const std::vector<torch::Tensor>& views,
    const std::function<torch::Tensor(const torch::Tensor& images, size_t run)>& forward);

}  // namespace galen::train
