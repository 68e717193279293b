#include "vision/preprocess/weigh_rows.h"

#include <algorithm>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace galen::vision {
namespace {

constexpr std::size_t kBlock = 32;
constexpr std::int32_t kHalf = std::int32_t{1} << (kWeightBits - 1);

/// Columns `from` .. `to` - 1.
void weigh_columns(const std::uint8_t* rows, std::size_t stride, const std::int32_t* weights,
                   int taps, std::size_t from, std::size_t to, std::uint8_t* out) {
  for (; from < to; from += kBlock) {
    const std::size_t width = std::min(kBlock, to - from);
    std::int32_t sums[kBlock];
    std::fill_n(sums, kBlock, kHalf);
    for (int t = 0; t < taps; ++t) {
      const std::uint8_t* row = rows + static_cast<std::size_t>(t) * stride + from;
      for (std::size_t i = 0; i < width; ++i) sums[i] += weights[t] * row[i];
    }
    for (std::size_t i = 0; i < width; ++i) {
      out[from + i] = static_cast<std::uint8_t>(std::clamp(sums[i] >> kWeightBits, 0, 255));
    }
  }
}

#if defined(__x86_64__)
constexpr std::size_t kLanes = 8;
constexpr std::size_t kWide = 6;  // 16 pixels of RGB, and as many sums as stay in registers

/// Count x kLanes columns.
template <std::size_t Count>
[[gnu::target("avx2")]] void weigh_block(const std::uint8_t* rows, std::size_t stride,
                                         const std::int32_t* weights, int taps, std::uint8_t* out) {
  __m256i sums[Count];
  for (__m256i& sum : sums) sum = _mm256_set1_epi32(kHalf);
  for (int t = 0; t < taps; ++t, rows += stride) {
    const __m256i weight = _mm256_set1_epi32(weights[t]);
    for (std::size_t i = 0; i < Count; ++i) {
      const auto* from = reinterpret_cast<const __m128i*>(rows + i * kLanes);
      const __m256i samples = _mm256_cvtepu8_epi32(_mm_loadl_epi64(from));
      sums[i] = _mm256_add_epi32(sums[i], _mm256_mullo_epi32(samples, weight));
    }
  }
  for (std::size_t i = 0; i < Count; ++i) {
    const __m256i rounded = _mm256_srai_epi32(sums[i], kWeightBits);
    const __m128i words =
        _mm_packus_epi32(_mm256_castsi256_si128(rounded), _mm256_extracti128_si256(rounded, 1));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(out + i * kLanes), _mm_packus_epi16(words, words));
  }
}

void weigh_rows_avx2(const std::uint8_t* rows, std::size_t stride, const std::int32_t* weights,
                     int taps, std::size_t width, std::uint8_t* out) {
  std::size_t i = 0;
  for (; i + kWide * kLanes <= width; i += kWide * kLanes) {
    weigh_block<kWide>(rows + i, stride, weights, taps, out + i);
  }
  for (; i + kLanes <= width; i += kLanes) weigh_block<1>(rows + i, stride, weights, taps, out + i);
  weigh_columns(rows, stride, weights, taps, i, width, out);
}

const bool kHasAvx2 = __builtin_cpu_supports("avx2") != 0;
#endif

}  // namespace

void weigh_rows(const std::uint8_t* rows, std::size_t stride, const std::int32_t* weights, int taps,
                std::size_t width, std::uint8_t* out) {
#if defined(__x86_64__)
  if (kHasAvx2) return weigh_rows_avx2(rows, stride, weights, taps, width, out);
#endif
  weigh_columns(rows, stride, weights, taps, 0, width, out);
}

}  // namespace galen::vision
