#include "vision/preprocess/resample.h"

#include <algorithm>
#include <cstring>
#include <memory>

#include "base/parallel.h"
#include "vision/preprocess/weigh_rows.h"

namespace galen::vision {
namespace {

constexpr std::size_t kStrip = 16;  // rows that the horizontal pass works on together

using Bytes = std::uint8_t __attribute__((vector_size(kStrip)));

/// A block of at most kStrip x kStrip bytes inside a larger raster.
template <typename Byte>
struct Block {
  Byte* data;
  std::size_t stride;
  std::size_t rows;
  std::size_t columns;
};

void copy_row(void* to, const void* from, std::size_t bytes) {
  if (bytes == kStrip) {
    __builtin_memcpy(to, from, kStrip);  // one vector move; the call below is for the edges
  } else {
    std::memcpy(to, from, bytes);
  }
}

/// Writes the transpose of `in`, cut to the rows and columns of `out`.
void transpose(const Block<const std::uint8_t>& in, const Block<std::uint8_t>& out) {
  Bytes rows[kStrip] = {};
  Bytes next[kStrip];
  for (std::size_t i = 0; i < in.rows; ++i) copy_row(&rows[i], in.data + i * in.stride, in.columns);
  for (int step = 0; step < 4; ++step) {
    for (std::size_t i = 0; i < kStrip / 2; ++i) {
      const Bytes a = rows[i];
      const Bytes b = rows[i + kStrip / 2];
      next[2 * i] =
          __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      next[2 * i + 1] = __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29,
                                                14, 30, 15, 31);
    }
    std::copy_n(next, kStrip, rows);
  }
  for (std::size_t i = 0; i < out.rows; ++i) {
    copy_row(out.data + i * out.stride, &rows[i], out.columns);
  }
}

std::size_t row_bytes(int width, int channels) {
  return static_cast<std::size_t>(width) * static_cast<std::size_t>(channels);
}

/// A buffer of transposed rows: one group of kStrip bytes per byte of a row, whole blocks.
std::unique_ptr<std::uint8_t[]> make_strip(std::size_t row) {
  return std::make_unique_for_overwrite<std::uint8_t[]>((row + kStrip - 1) / kStrip * kStrip *
                                                        kStrip);
}

/// The horizontal pass of rows `top` .. top + kStrip - 1. Transposed, a weighted sum of columns is
/// one of rows, which vectorises for any number of channels.
void resample_strip(const RasterView& in, const Taps& taps, std::size_t top, Image& out) {
  const std::size_t in_row = row_bytes(in.width, in.channels);
  const std::size_t out_row = row_bytes(out.width, out.channels);
  const std::size_t rows = std::min(kStrip, static_cast<std::size_t>(in.height) - top);
  const auto in_strip = make_strip(in_row);
  const auto out_strip = make_strip(out_row);
  for (std::size_t x = 0; x < in_row; x += kStrip) {
    transpose({in.data + top * in.stride + x, in.stride, rows, std::min(kStrip, in_row - x)},
              {in_strip.get() + x * kStrip, kStrip, kStrip, kStrip});
  }
  const std::size_t pixel = static_cast<std::size_t>(in.channels) * kStrip;
  for (int x = 0; x < out.width; ++x) {
    const auto i = static_cast<std::size_t>(x);
    weigh_rows(in_strip.get() + static_cast<std::size_t>(taps.first[i]) * pixel, pixel, taps.of(x),
               taps.count[i], pixel, out_strip.get() + i * pixel);
  }
  for (std::size_t x = 0; x < out_row; x += kStrip) {
    const std::size_t columns = std::min(kStrip, out_row - x);
    transpose({out_strip.get() + x * kStrip, kStrip, columns, kStrip},
              {out.data.data() + top * out_row + x, out_row, rows, columns});
  }
}

}  // namespace

Image resample_width(const RasterView& raster, const Taps& taps, int threads) {
  Image out = make_image(taps.size(), raster.height, raster.channels);
  const std::size_t strips = (static_cast<std::size_t>(raster.height) + kStrip - 1) / kStrip;
  parallel_for(strips, threads,
               [&](std::size_t i) { resample_strip(raster, taps, i * kStrip, out); });
  return out;
}

Image resample_height(const RasterView& raster, const Taps& taps, int threads) {
  Image out = make_image(raster.width, taps.size(), raster.channels);
  const std::size_t row = row_bytes(raster.width, raster.channels);
  parallel_for(static_cast<std::size_t>(out.height), threads, [&](std::size_t y) {
    weigh_rows(raster.data + static_cast<std::size_t>(taps.first[y]) * raster.stride, raster.stride,
               taps.of(static_cast<int>(y)), taps.count[y], row, out.data.data() + y * row);
  });
  return out;
}

}  // namespace galen::vision
