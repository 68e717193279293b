#pragma once

#include <cstdint>
#include <vector>

namespace galen::train {

/// The order in which a run goes through its examples: a fresh shuffle every epoch, in batches, the
/// last of an epoch possibly smaller. A function of the seed and the step alone.
class BatchOrder {
 public:
  BatchOrder(std::int64_t examples, std::int64_t batch, std::uint64_t seed);

  [[nodiscard]] std::int64_t steps_per_epoch() const;
  /// Indices of the examples of a step, counted from 0.
  [[nodiscard]] std::vector<std::int64_t> at(std::int64_t step);

 private:
  void shuffle(std::int64_t epoch);

  std::int64_t batch_;
  std::uint64_t seed_;
  std::int64_t epoch_ = -1;
  std::vector<std::int64_t> order_;  ///< of epoch_
};

/// Groups examples so that the tokens of a group are at most `capacity`, first-fit from the longest
/// on; an example longer than that is alone. Returns positions in `sizes`.
[[nodiscard]] std::vector<std::vector<std::int64_t>> make_packs(
    const std::vector<std::int64_t>& sizes, std::int64_t capacity);

}  // namespace galen::train
