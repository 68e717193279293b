#include "train/ssl/views.h"

namespace galen::train {

torch::Tensor forward_by_size(
    const std::vector<torch::Tensor>& views,
    const std::function<torch::Tensor(const torch::Tensor& images, size_t run)>& forward) {
  std::vector<torch::Tensor> results;
  size_t begin = 0;
  while (begin < views.size()) {
    size_t end = begin + 1;
    while (end < views.size() && views[end].size(3) == views[begin].size(3)) ++end;
    const auto first = views.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto last = views.begin() + static_cast<std::ptrdiff_t>(end);
    results.push_back(forward(torch::cat(std::vector<torch::Tensor>(first, last)), results.size()));
    begin = end;
  }
  return torch::cat(results);
}

}  // namespace galen::train
