#pragma once

#include <galen/image.h>

#include "base/raise.h"

namespace galen::vision {

/// Throws invalid_argument unless `image` has 8 bits, 1 or 3 channels and content.
inline void check_resize(const Image& image, int width, int height) {
  if (image.bits != 8 || (image.channels != 1 && image.channels != 3) || image.data.empty()) {
    raise(ErrorKind::invalid_argument,
          "resize takes 8-bit grey or RGB, not {} bits x {} channels ({} bytes)", image.bits,
          image.channels, image.data.size());
  }
  if (width < 1 || height < 1) {
    raise(ErrorKind::invalid_argument, "cannot resize to {}x{} pixels", width, height);
  }
}

}  // namespace galen::vision
