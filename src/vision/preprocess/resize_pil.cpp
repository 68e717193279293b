#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <vector>

#include "base/parallel.h"
#include "vision/preprocess/check_resize.h"
#include "vision/preprocess/resize.h"
#include "vision/preprocess/weigh_rows.h"

namespace galen::vision {
namespace {

/// The source samples that make each output sample along one axis, with fixed-point weights.
struct Taps {
  std::vector<int> first;             ///< per output sample
  std::vector<int> count;             ///< per output sample
  std::vector<std::int32_t> weights;  ///< `stride` per output sample
  int stride = 0;

  [[nodiscard]] const std::int32_t* of(int i) const {
    return weights.data() + static_cast<std::size_t>(i) * static_cast<std::size_t>(stride);
  }
};

/// precompute_coeffs and normalize_coeffs_8bpc of Pillow; every rounding step matters.
Taps make_taps(int in_size, int out_size) {
  const double scale = static_cast<double>(in_size) / out_size;
  const double filter_scale = std::max(scale, 1.0);
  const double support = filter_scale;
  Taps taps;
  taps.stride = static_cast<int>(std::ceil(support)) * 2 + 1;
  taps.first.resize(static_cast<std::size_t>(out_size));
  taps.count.resize(static_cast<std::size_t>(out_size));
  taps.weights.assign(static_cast<std::size_t>(out_size) * static_cast<std::size_t>(taps.stride),
                      0);
  std::vector<double> triangle(static_cast<std::size_t>(taps.stride));
  for (int i = 0; i < out_size; ++i) {
    const double center = (i + 0.5) * scale;
    const int first = std::max(static_cast<int>(std::floor(center - support + 0.5)), 0);
    const int count =
        std::min(static_cast<int>(std::floor(center + support + 0.5)), in_size) - first;
    double sum = 0;
    for (int t = 0; t < count; ++t) {
      const double x = std::abs((t + first - center + 0.5) * (1.0 / filter_scale));
      triangle[t] = x < 1.0 ? 1.0 - x : 0.0;
      sum += triangle[t];
    }
    std::int32_t* weights = taps.weights.data() + std::ptrdiff_t{i} * taps.stride;
    for (int t = 0; t < count; ++t) {
      weights[t] =
          static_cast<std::int32_t>(std::floor(0.5 + triangle[t] / sum * (1 << kWeightBits)));
    }
    taps.first[i] = first;
    taps.count[i] = count;
  }
  return taps;
}

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

std::size_t row_bytes(const Image& image) {
  return static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.channels);
}

/// A buffer of transposed rows: one group of kStrip bytes per byte of a row, whole blocks.
std::unique_ptr<std::uint8_t[]> make_strip(std::size_t row) {
  return std::make_unique_for_overwrite<std::uint8_t[]>((row + kStrip - 1) / kStrip * kStrip *
                                                        kStrip);
}

/// The horizontal pass of rows `top` .. top + kStrip - 1. Transposed, a weighted sum of columns is
/// one of rows, which vectorises for any number of channels.
void resize_strip(const Image& image, const Taps& taps, std::size_t top, Image& out) {
  const std::size_t in_row = row_bytes(image);
  const std::size_t out_row = row_bytes(out);
  const std::size_t rows = std::min(kStrip, static_cast<std::size_t>(image.height) - top);
  const auto in_strip = make_strip(in_row);
  const auto out_strip = make_strip(out_row);
  for (std::size_t x = 0; x < in_row; x += kStrip) {
    transpose({image.data.data() + top * in_row + x, in_row, rows, std::min(kStrip, in_row - x)},
              {in_strip.get() + x * kStrip, kStrip, kStrip, kStrip});
  }
  const std::size_t pixel = static_cast<std::size_t>(image.channels) * kStrip;
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

Image resize_width(const Image& image, int width, int threads) {
  const Taps taps = make_taps(image.width, width);
  Image out = make_image(width, image.height, image.channels);
  const std::size_t strips = (static_cast<std::size_t>(image.height) + kStrip - 1) / kStrip;
  parallel_for(strips, threads, [&](std::size_t i) { resize_strip(image, taps, i * kStrip, out); });
  return out;
}

Image resize_height(const Image& image, int height, int threads) {
  const Taps taps = make_taps(image.height, height);
  Image out = make_image(image.width, height, image.channels);
  const std::size_t row = row_bytes(image);
  parallel_for(static_cast<std::size_t>(height), threads, [&](std::size_t y) {
    weigh_rows(image.data.data() + static_cast<std::size_t>(taps.first[y]) * row, row,
               taps.of(static_cast<int>(y)), taps.count[y], row, out.data.data() + y * row);
  });
  return out;
}

/// Pillow's choice of the first pass since version 13: before it, the width nearly always. A square
/// image resized to a square is the same in all versions.
bool height_first(const Image& image, int width, int height) {
  const int lost_rows = image.height - height;
  return lost_rows > 0 && lost_rows > (image.width - width) * 2;
}

}  // namespace

Image resize_bilinear_pil(const Image& image, int width, int height, int threads) {
  check_resize(image, width, height);
  if (width == image.width && height == image.height) return image;
  if (width == image.width) return resize_height(image, height, threads);
  if (height == image.height) return resize_width(image, width, threads);
  if (height_first(image, width, height)) {
    return resize_width(resize_height(image, height, threads), width, threads);
  }
  return resize_height(resize_width(image, width, threads), height, threads);
}

}  // namespace galen::vision
