#pragma once
// Single frames of a DICOM image, decoded on demand.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <galen/image.h>

#include "io/dicom/dataset.h"
#include "io/dicom/fragments.h"
#include "io/dicom/pixel_format.h"

namespace galen::dicom {

/// One decoded frame. Exactly one of the two is filled.
struct StoredFrame {
  /// MONOCHROME and PALETTE COLOR: stored values (palette: indices), row-major, exact; sign
  /// applied, bits outside BitsStored left out; no modality LUT.
  std::vector<double> values;
  /// Everything else: RGB of 8 bits, or 16 where more than 8 are stored (then stretched to 16).
  Image colour;
};

/// Reads any frame without decoding the others. Keeps the file mapped. All members are const and
/// may be called from several threads at once.
class FrameReader {
 public:
  /// Throws unsupported (no image, or a transfer syntax that is not read), malformed,
  /// limit_exceeded.
  explicit FrameReader(Dataset dataset);

  [[nodiscard]] const Dataset& dataset() const { return dataset_; }
  [[nodiscard]] const PixelFormat& format() const { return format_; }
  [[nodiscard]] int frames() const { return format_.frames; }
  [[nodiscard]] int width() const { return format_.width; }
  [[nodiscard]] int height() const { return format_.height; }

  /// Frame 0 .. frames() - 1. Throws malformed for damaged pixels, invalid_argument for the index.
  [[nodiscard]] StoredFrame decode(int index) const;
  /// The frame's bytes as in the file: a JPEG, JPEG-LS or JPEG 2000 stream, RLE segments, or plain
  /// samples. For callers with a decoder of their own.
  [[nodiscard]] std::vector<std::uint8_t> encoded(int index) const;

 private:
  Dataset dataset_;
  PixelFormat format_;
  std::optional<FragmentIndex> fragments_;  ///< encapsulated pixels only
};

}  // namespace galen::dicom
