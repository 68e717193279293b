#include "vision/preprocess/weigh_rows.h"

#include <algorithm>

namespace galen::vision {
namespace {

constexpr std::size_t kBlock = 32;

template <std::size_t Width>
[[gnu::always_inline]] inline void weigh_block(const std::uint8_t* rows, std::size_t stride,
                                               const std::int32_t* weights, int taps,
                                               std::uint8_t* out) {
  std::int32_t sums[Width];
  std::fill_n(sums, Width, std::int32_t{1} << (kWeightBits - 1));
  for (int t = 0; t < taps; ++t, rows += stride) {
    const std::int32_t weight = weights[t];
    for (std::size_t i = 0; i < Width; ++i) sums[i] += weight * rows[i];
  }
  for (std::size_t i = 0; i < Width; ++i) {
    out[i] = static_cast<std::uint8_t>(std::min(sums[i] >> kWeightBits, 255));
  }
}

[[gnu::always_inline]] inline void weigh_rows_here(const std::uint8_t* rows, std::size_t stride,
                                                   const std::int32_t* weights, int taps,
                                                   std::size_t width, std::uint8_t* out) {
  std::size_t i = 0;
  for (; i + kBlock <= width; i += kBlock)
    weigh_block<kBlock>(rows + i, stride, weights, taps, out + i);
  for (; i + 16 <= width; i += 16) weigh_block<16>(rows + i, stride, weights, taps, out + i);
  for (; i < width; ++i) weigh_block<1>(rows + i, stride, weights, taps, out + i);
}

#if defined(__x86_64__)
// SSE2, the base line, has no 32-bit multiply.
[[gnu::target("avx2")]] void weigh_rows_avx2(const std::uint8_t* rows, std::size_t stride,
                                             const std::int32_t* weights, int taps,
                                             std::size_t width, std::uint8_t* out) {
  weigh_rows_here(rows, stride, weights, taps, width, out);
}
const bool kHasAvx2 = __builtin_cpu_supports("avx2") != 0;
#endif

}  // namespace

void weigh_rows(const std::uint8_t* rows, std::size_t stride, const std::int32_t* weights, int taps,
                std::size_t width, std::uint8_t* out) {
#if defined(__x86_64__)
  if (kHasAvx2) return weigh_rows_avx2(rows, stride, weights, taps, width, out);
#endif
  weigh_rows_here(rows, stride, weights, taps, width, out);
}

}  // namespace galen::vision
