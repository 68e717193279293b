#include "train/sft/packs.h"

#include <algorithm>
#include <numeric>
#include <random>

namespace galen::train {

BatchOrder::BatchOrder(std::int64_t examples, std::int64_t batch, std::uint64_t seed)
    : batch_(batch), seed_(seed), order_(static_cast<std::size_t>(examples)) {}

std::int64_t BatchOrder::steps_per_epoch() const {
  return (static_cast<std::int64_t>(order_.size()) + batch_ - 1) / batch_;
}

std::vector<std::int64_t> BatchOrder::at(std::int64_t step) {
  if (const std::int64_t epoch = step / steps_per_epoch(); epoch != epoch_) shuffle(epoch);
  const auto size = static_cast<std::int64_t>(order_.size());
  const std::int64_t begin = step % steps_per_epoch() * batch_;
  return {order_.begin() + begin, order_.begin() + std::min(begin + batch_, size)};
}

void BatchOrder::shuffle(std::int64_t epoch) {
  epoch_ = epoch;
  std::iota(order_.begin(), order_.end(), 0);
  std::seed_seq seed{seed_, static_cast<std::uint64_t>(epoch)};
  std::mt19937_64 random(seed);
  // Fisher-Yates by hand: std::shuffle differs between standard libraries.
  for (std::size_t i = order_.size(); i > 1; --i) std::swap(order_[i - 1], order_[random() % i]);
}

std::vector<std::vector<std::int64_t>> make_packs(const std::vector<std::int64_t>& sizes,
                                                  std::int64_t capacity) {
  std::vector<std::int64_t> order(sizes.size());
  std::iota(order.begin(), order.end(), 0);
  const auto size_of = [&](std::int64_t i) { return sizes[static_cast<std::size_t>(i)]; };
  std::ranges::stable_sort(order, std::greater<>(), size_of);
  std::vector<std::vector<std::int64_t>> packs;
  std::vector<std::int64_t> used;
  for (const std::int64_t i : order) {
    std::size_t pack = 0;
    while (pack < packs.size() && used[pack] + size_of(i) > capacity) ++pack;
    if (pack == packs.size()) {
      packs.emplace_back();
      used.push_back(0);
    }
    packs[pack].push_back(i);
    used[pack] += size_of(i);
  }
  return packs;
}

}  // namespace galen::train
