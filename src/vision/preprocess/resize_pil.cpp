#include <algorithm>
#include <cmath>
#include <vector>

#include "base/raise.h"
#include "vision/preprocess/check_resize.h"
#include "vision/preprocess/resample.h"
#include "vision/preprocess/resize.h"
#include "vision/preprocess/weigh_rows.h"

namespace galen::vision {
namespace {

double triangle(double x) {
  x = std::abs(x);
  return x < 1.0 ? 1.0 - x : 0.0;
}

/// Keys' cubic with a = -0.5.
double cubic(double x) {
  constexpr double kA = -0.5;
  x = std::abs(x);
  if (x < 1.0) return ((kA + 2.0) * x - (kA + 3.0)) * x * x + 1;
  if (x < 2.0) return (((x - 5) * x + 8) * x - 4) * kA;
  return 0.0;
}

/// precompute_coeffs and normalize_coeffs_8bpc of Pillow; every rounding step matters.
Taps make_taps(int in_size, int out_size, Filter filter) {
  const auto kernel = filter == Filter::bilinear ? triangle : cubic;
  const double scale = static_cast<double>(in_size) / out_size;
  const double filter_scale = std::max(scale, 1.0);
  const double support = filter_scale * (filter == Filter::bilinear ? 1.0 : 2.0);
  Taps taps;
  taps.stride = static_cast<int>(std::ceil(support)) * 2 + 1;
  taps.first.resize(static_cast<std::size_t>(out_size));
  taps.count.resize(static_cast<std::size_t>(out_size));
  taps.weights.assign(static_cast<std::size_t>(out_size) * static_cast<std::size_t>(taps.stride),
                      0);
  std::vector<double> values(static_cast<std::size_t>(taps.stride));
  for (int i = 0; i < out_size; ++i) {
    const double center = (i + 0.5) * scale;
    const int first = std::max(static_cast<int>(std::floor(center - support + 0.5)), 0);
    const int count =
        std::min(static_cast<int>(std::floor(center + support + 0.5)), in_size) - first;
    double sum = 0;
    for (int t = 0; t < count; ++t) {
      values[t] = kernel((t + first - center + 0.5) * (1.0 / filter_scale));
      sum += values[t];
    }
    std::int32_t* weights = taps.weights.data() + std::ptrdiff_t{i} * taps.stride;
    for (int t = 0; t < count; ++t) {
      const double weight = values[t] / sum * (1 << kWeightBits);
      weights[t] = static_cast<std::int32_t>(weight + (weight < 0 ? -0.5 : 0.5));
    }
    taps.first[i] = first;
    taps.count[i] = count;
  }
  return taps;
}

RasterView view_of(const Image& image) {
  return {image.data.data(),
          static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.channels),
          image.width, image.height, image.channels};
}

/// Pillow's choice of the first pass since version 13: before it, the width nearly always. A square
/// image resized to a square is the same in all versions.
bool height_first(const RasterView& raster, int width, int height) {
  const int lost_rows = raster.height - height;
  return lost_rows > 0 && lost_rows > (raster.width - width) * 2;
}

Image copy_of(const RasterView& raster) {
  Image out = make_image(raster.width, raster.height, raster.channels);
  const std::size_t row = out.data.size() / static_cast<std::size_t>(out.height);
  for (std::size_t y = 0; y < static_cast<std::size_t>(out.height); ++y) {
    std::copy_n(raster.data + y * raster.stride, row, out.data.data() + y * row);
  }
  return out;
}

Image resize(const RasterView& raster, int width, int height, Filter filter, int threads) {
  const bool same_width = width == raster.width;
  const bool same_height = height == raster.height;
  if (same_width && same_height) return copy_of(raster);
  const Taps across = same_width ? Taps{} : make_taps(raster.width, width, filter);
  const Taps down = same_height ? Taps{} : make_taps(raster.height, height, filter);
  if (same_width) return resample_height(raster, down, threads);
  if (same_height) return resample_width(raster, across, threads);
  if (height_first(raster, width, height)) {
    return resample_width(view_of(resample_height(raster, down, threads)), across, threads);
  }
  return resample_height(view_of(resample_width(raster, across, threads)), down, threads);
}

}  // namespace

Image resize_bilinear_pil(const Image& image, int width, int height, int threads) {
  check_resize(image, width, height);
  return resize(view_of(image), width, height, Filter::bilinear, threads);
}

Image crop_and_resize_pil(const Image& image, const Rectangle& box, int width, int height,
                          Filter filter, int threads) {
  check_resize(image, width, height);
  if (box.width < 1 || box.height < 1 || box.x < 0 || box.y < 0 ||
      box.width > image.width - box.x || box.height > image.height - box.y) {
    raise(ErrorKind::invalid_argument, "a box of {}x{} pixels at ({}, {}) is not inside {}x{}",
          box.width, box.height, box.x, box.y, image.width, image.height);
  }
  RasterView raster = view_of(image);
  raster.data += static_cast<std::size_t>(box.y) * raster.stride +
                 static_cast<std::size_t>(box.x) * static_cast<std::size_t>(image.channels);
  raster.width = box.width;
  raster.height = box.height;
  return resize(raster, width, height, filter, threads);
}

}  // namespace galen::vision
