#include <algorithm>
#include <cmath>
#include <vector>

#include "base/parallel.h"
#include "vision/preprocess/check_resize.h"
#include "vision/preprocess/resize.h"

namespace galen::vision {
namespace {

struct Lerp {
  std::size_t lower;
  std::size_t upper;
  float weight;  ///< of `upper`
};

/// compute_interpolation_weights of TensorFlow's resize_bilinear_op.cc with HalfPixelScaler, all in
/// single precision as there.
std::vector<Lerp> make_lerps(int in_size, int out_size) {
  const float scale = static_cast<float>(in_size) / static_cast<float>(out_size);
  std::vector<Lerp> lerps(static_cast<std::size_t>(out_size));
  for (int i = 0; i < out_size; ++i) {
    const float in = (static_cast<float>(i) + 0.5F) * scale - 0.5F;
    const float floor = std::floor(in);
    lerps[static_cast<std::size_t>(i)] = {
        static_cast<std::size_t>(std::max(static_cast<int>(floor), 0)),
        static_cast<std::size_t>(std::min(static_cast<int>(std::ceil(in)), in_size - 1)),
        in - floor};
  }
  return lerps;
}

}  // namespace

Image resize_bilinear_tf(const Image& image, int width, int height, int threads) {
  check_resize(image, width, height);
  if (width == image.width && height == image.height) return image;
  const std::vector<Lerp> columns = make_lerps(image.width, width);
  const std::vector<Lerp> rows = make_lerps(image.height, height);
  Image out = make_image(width, height, image.channels);
  const auto channels = static_cast<std::size_t>(image.channels);
  const std::size_t in_row = static_cast<std::size_t>(image.width) * channels;
  parallel_for(rows.size(), threads, [&](std::size_t y) {
    const std::uint8_t* upper_row = image.data.data() + rows[y].lower * in_row;
    const std::uint8_t* lower_row = image.data.data() + rows[y].upper * in_row;
    std::uint8_t* to = out.data.data() + y * columns.size() * channels;
    for (const Lerp& x : columns) {
      for (std::size_t c = 0; c < channels; ++c) {
        const float top_left = upper_row[x.lower * channels + c];
        const float bottom_left = lower_row[x.lower * channels + c];
        const float top = top_left + (upper_row[x.upper * channels + c] - top_left) * x.weight;
        const float bottom =
            bottom_left + (lower_row[x.upper * channels + c] - bottom_left) * x.weight;
        *to++ = static_cast<std::uint8_t>(top + (bottom - top) * rows[y].weight);
      }
    }
  });
  return out;
}

}  // namespace galen::vision
