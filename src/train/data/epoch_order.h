#pragma once

#include <cstdint>
#include <vector>

#include "train/data/source.h"

namespace galen::train {

/// One showing of a picture in an epoch.
struct Showing {
  std::uint64_t index = 0;  ///< into the source
  std::uint64_t copy = 0;   ///< how often the epoch's order has it before, counted by weight
};

/// In which order an epoch shows the pictures of a source, by (seed, epoch), in constant memory. A
/// part of weight w shows each of its n pictures floor(w) times, and round((w - floor(w)) n) of
/// them, others in each epoch, once more.
class EpochOrder {
 public:
  EpochOrder(std::vector<Part> parts, std::uint64_t seed, bool shuffle);

  /// Showings in an epoch, the same in all.
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] Showing at(std::uint64_t epoch, std::uint64_t position) const;

 private:
  std::vector<Part> parts_;
  std::vector<std::uint64_t> ends_;  ///< per part: showings of it and of those before it
  std::uint64_t seed_;
  bool shuffle_;
  std::uint64_t size_ = 0;
};

}  // namespace galen::train
