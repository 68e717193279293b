#include "train/mil/bag_store.h"

#include <cstring>

#include "base/raise.h"
#include "io/store/patches.h"

namespace galen::train {

BagStore::BagStore(const std::vector<Bag>& bags, std::size_t max_bytes)
    : bags_(bags), kept_(bags.size()), bytes_left_(max_bytes) {}

torch::Tensor BagStore::features(std::size_t bag) {
  if (kept_[bag].defined()) return kept_[bag];
  const store::Patches patches = store::read_patches(bags_[bag].file);
  if (patches.count != bags_[bag].patches) {
    raise(ErrorKind::malformed, "{}: {} patches, there were {} at the start",
          bags_[bag].file.string(), patches.count, bags_[bag].patches);
  }
  const torch::Tensor features = torch::empty(
      {static_cast<int64_t>(patches.count), static_cast<int64_t>(patches.width)}, torch::kFloat32);
  const std::size_t bytes = patches.features.size() * sizeof(float);
  std::memcpy(features.data_ptr<float>(), patches.features.data(), bytes);
  if (bytes <= bytes_left_) {
    bytes_left_ -= bytes;
    kept_[bag] = features;
  }
  return features;
}

}  // namespace galen::train
