#pragma once

#include <string>

#include "io/dicom/dataset.h"

namespace galen::dicom {

/// The image pixel module (PS3.3 C.7.6.3), checked.
struct PixelFormat {
  int width = 0;            ///< columns, 1 .. kMaxImageSide
  int height = 0;           ///< rows, 1 .. kMaxImageSide
  int frames = 1;           ///< >= 1
  int samples = 1;          ///< 1 or 3
  int bits_allocated = 16;  ///< 1, 8, 16, 32; 32 or 64 for floating point
  int bits_stored = 16;
  int high_bit = 15;
  bool is_signed = false;
  bool is_float = false;
  bool is_planar = false;   ///< RRR GGG BBB, uncompressed only
  std::string photometric;  ///< "MONOCHROME2", "RGB", "YBR_FULL_422" ...

  [[nodiscard]] bool is_grey() const {
    return photometric == "MONOCHROME1" || photometric == "MONOCHROME2";
  }
  [[nodiscard]] bool is_palette() const { return photometric == "PALETTE COLOR"; }
  [[nodiscard]] bool is_ybr() const { return photometric.starts_with("YBR_"); }
};

/// Throws unsupported for an object without pixels (naming its SOP class) or a layout outside the
/// above, malformed for attributes that are missing or contradict one another, limit_exceeded.
[[nodiscard]] PixelFormat pixel_format(const Dataset& dataset);

}  // namespace galen::dicom
