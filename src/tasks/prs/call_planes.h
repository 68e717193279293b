#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "io/genotype/genotype.h"

namespace galen::prs {

/// The hard calls of one variant as three rows of bits, so that the correlation of two variants is
/// a matter of counting bits. Dosages are rounded.
class CallPlanes {
 public:
  explicit CallPlanes(const genotype::Dosages& dosages);

  /// Squared correlation of the copies in the people called in both; 0 when one does not vary.
  [[nodiscard]] double r2(const CallPlanes& other) const;
  [[nodiscard]] static std::size_t bytes(std::size_t people) {
    return 3 * ((people + 63) / 64) * sizeof(std::uint64_t);
  }

 private:
  std::size_t words_;
  std::vector<std::uint64_t> bits_;  ///< called, one copy, two copies
};

}  // namespace galen::prs
