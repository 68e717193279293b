#pragma once

#include <cstddef>
#include <torch/torch.h>
#include <vector>

#include "train/mil/bags.h"

namespace galen::train {

/// The features of bags as tensors. Those read first stay in memory until `max_bytes` are used; the
/// others are read again each time. Not thread-safe.
class BagStore {
 public:
  BagStore(const std::vector<Bag>& bags, std::size_t max_bytes);
  /// patches x width, float32, on the CPU. Throws as read_patches; malformed when the file no
  /// longer has the shape that the list was checked with.
  [[nodiscard]] torch::Tensor features(std::size_t bag);

 private:
  const std::vector<Bag>& bags_;
  std::vector<torch::Tensor> kept_;
  std::size_t bytes_left_;
};

}  // namespace galen::train
