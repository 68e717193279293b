#pragma once
// The inner loop of the resize: a weighted sum of rows of bytes.

#include <cstddef>
#include <cstdint>

namespace galen::vision {

/// Fraction bits of the fixed-point weights, as in Pillow: 32 - 8 bits of a sample - 2 of headroom.
inline constexpr int kWeightBits = 22;

/// out[i] = round(sum over t of weights[t] * rows[t * stride + i]), clipped to 0 .. 255, for i in 0
/// .. width - 1, where the `taps` weights sum to about 2^kWeightBits and their magnitudes to less
/// than twice that. Exact on every processor. Thread-safe.
void weigh_rows(const std::uint8_t* rows, std::size_t stride, const std::int32_t* weights, int taps,
                std::size_t width, std::uint8_t* out);

}  // namespace galen::vision
