#pragma once

#include <array>
#include <cstdint>

namespace galen::vision {

using Histogram = std::array<std::uint64_t, 256>;

/// Otsu's threshold: values above it are one class, the rest the other, with the largest variance
/// between the two (Otsu 1979). The lowest such threshold; 0 for an empty histogram.
[[nodiscard]] int otsu_threshold(const Histogram& histogram);

}  // namespace galen::vision
