#include <galen/image.h>

#include "base/raise.h"

namespace galen {

Image make_image(int width, int height, int channels, int bits) {
  if (width < 1 || height < 1) {
    raise(ErrorKind::invalid_argument, "an image of {}x{} pixels has no content", width, height);
  }
  if (width > kMaxImageSide || height > kMaxImageSide ||
      std::int64_t{width} * height > kMaxImagePixels) {
    raise(ErrorKind::limit_exceeded,
          "an image of {}x{} pixels is larger than {} a side or {} in all", width, height,
          kMaxImageSide, kMaxImagePixels);
  }
  Image image{width, height, channels, bits, {}};
  image.data.resize(image.samples() * static_cast<std::size_t>(bits / 8));
  return image;
}

}  // namespace galen
