#pragma once
// The two passes of a separable filter over bytes.

#include <cstddef>
#include <cstdint>
#include <vector>

#include <galen/image.h>

namespace galen::vision {

/// An 8-bit raster, or a rectangle of one, in someone else's memory.
struct RasterView {
  const std::uint8_t* data = nullptr;
  std::size_t stride = 0;  ///< bytes from row to row
  int width = 0;           ///< pixels
  int height = 0;          ///< pixels
  int channels = 0;        ///< 1 or 3
};

/// The source samples that make each output sample along one axis, with weights in units of
/// 2^-kWeightBits whose sum is 1 (weigh_rows.h).
struct Taps {
  std::vector<int> first;             ///< per output sample
  std::vector<int> count;             ///< per output sample
  std::vector<std::int32_t> weights;  ///< `stride` per output sample
  int stride = 0;

  [[nodiscard]] int size() const { return static_cast<int>(first.size()); }
  [[nodiscard]] const std::int32_t* of(int i) const {
    return weights.data() + static_cast<std::size_t>(i) * static_cast<std::size_t>(stride);
  }
};

/// A raster of taps.size() columns (rows), each a weighted sum of columns (rows) of `raster`,
/// rounded and clipped to 8 bits. On `threads` threads (0 = all cores); the result does not depend
/// on their number.
[[nodiscard]] Image resample_width(const RasterView& raster, const Taps& taps, int threads);
[[nodiscard]] Image resample_height(const RasterView& raster, const Taps& taps, int threads);

}  // namespace galen::vision
