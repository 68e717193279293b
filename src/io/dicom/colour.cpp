#include "io/dicom/colour.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>

namespace galen::dicom {
namespace {

/// How far a sample stands above its zero, and the factor to full range.
struct Scale {
  double luma_zero;
  double luma_gain;
  double chroma_gain;
};

Scale scale_of(YbrRange range) {
  if (range == YbrRange::full) return {0, 1, 1};
  return {16.0 / 255, 255.0 / 219, 255.0 / 224};
}

template <typename T>
T to_sample(double value, double top) {
  return static_cast<T>(std::clamp(std::floor(value + 0.5), 0.0, top));
}

template <typename T>
void convert(T* samples, std::size_t pixels, double top, const Scale& scale) {
  const double middle = std::floor(top / 2) + 1;
  for (std::size_t i = 0; i < pixels; ++i) {
    T* pixel = samples + 3 * i;
    const double y = (pixel[0] - scale.luma_zero * top) * scale.luma_gain;
    const double cb = (pixel[1] - middle) * scale.chroma_gain;
    const double cr = (pixel[2] - middle) * scale.chroma_gain;
    // ITU-R BT.601 with the digits of JFIF 1.02.
    pixel[0] = to_sample<T>(y + 1.402 * cr, top);
    pixel[1] = to_sample<T>(y - 0.344136286 * cb - 0.714136286 * cr, top);
    pixel[2] = to_sample<T>(y + 1.772 * cb, top);
  }
}

}  // namespace

void ybr_to_rgb(Image& image, YbrRange range) {
  const std::size_t pixels = image.samples() / 3;
  if (image.bits == 8) {
    convert(image.data.data(), pixels, 255, scale_of(range));
  } else {
    convert(reinterpret_cast<std::uint16_t*>(image.data.data()), pixels, 65535, scale_of(range));
  }
}

}  // namespace galen::dicom
