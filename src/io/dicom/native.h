#pragma once
// Pixel data that is not compressed (PS3.5 section 8.2 and annex D).

#include <cstdint>
#include <span>

#include "io/dicom/codecs.h"
#include "io/dicom/pixel_format.h"

namespace galen::dicom {

/// The bytes of one frame; of 1-bit data, from the byte with its first bit. Throws malformed when
/// the pixel data ends before the frame does.
[[nodiscard]] std::span<const std::uint8_t> native_bytes(const Dataset& dataset,
                                                         const PixelFormat& format, int index);

/// One frame in native byte order; 1-bit samples widened to 8, YBR_FULL_422 to full resolution.
[[nodiscard]] CodedFrame native_frame(const Dataset& dataset, const PixelFormat& format, int index);

}  // namespace galen::dicom
