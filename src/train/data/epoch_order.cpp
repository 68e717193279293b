#include "train/data/epoch_order.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "train/views/random.h"

namespace galen::train {

EpochOrder::EpochOrder(std::vector<Part> parts, std::uint64_t seed, bool shuffle)
    : parts_(std::move(parts)), seed_(seed), shuffle_(shuffle) {
  for (const Part& part : parts_) {
    size_ += static_cast<std::uint64_t>(
        std::llround(static_cast<double>(part.end - part.begin) * part.weight));
    ends_.push_back(size_);
  }
}

Showing EpochOrder::at(std::uint64_t epoch, std::uint64_t position) const {
  const std::uint64_t key = mix(seed_, epoch);
  if (shuffle_) position = Shuffle(size_, key)(position);
  const auto found = std::upper_bound(ends_.begin(), ends_.end(), position);
  const auto number = static_cast<std::size_t>(found - ends_.begin());
  const Part& part = parts_[number];
  position -= number == 0 ? 0 : ends_[number - 1];
  const std::uint64_t count = part.end - part.begin;
  const std::uint64_t copy = position / count;
  std::uint64_t item = position % count;
  const bool is_partial = copy == static_cast<std::uint64_t>(std::floor(part.weight));
  if (is_partial) item = Shuffle(count, mix(key, number + 1))(item);
  return {part.begin + item, copy};
}

}  // namespace galen::train
