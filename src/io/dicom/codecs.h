#pragma once
// Decoders of single frames. None trusts its input; all throw malformed, naming `where` (file and
// frame), for a damaged stream or one whose shape is not `shape`. All are thread-safe.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace galen::dicom {

/// What the data set says a frame is.
struct FrameShape {
  int width = 0;
  int height = 0;
  int samples = 1;         ///< per pixel: 1 or 3
  int bits_allocated = 8;  ///< 8, 16 or 32 (RLE cuts its segments by it)
};

/// Samples of a frame, native byte order, interleaved unless `planar`.
struct CodedFrame {
  std::vector<std::uint8_t> data;
  int bytes_per_sample = 1;  ///< 1, 2 or 4
  int precision = 8;         ///< low bits of a sample that carry its value
  bool planar = false;
  bool is_rgb = false;  ///< the decoder has undone the stream's own colour transform
};

/// DCMTK's IJG libraries: baseline, extended and lossless JPEG of 8, 12 and 16 bits. Colour streams
/// are converted to RGB when `is_ybr` or when the stream itself says so (JFIF), as pydicom does.
[[nodiscard]] CodedFrame decode_jpeg(std::span<const std::uint8_t> stream, const FrameShape& shape,
                                     bool is_ybr, const std::string& where);

/// CharLS.
[[nodiscard]] CodedFrame decode_jpeg_ls(std::span<const std::uint8_t> stream,
                                        const FrameShape& shape, const std::string& where);

/// OpenJPEG: raw code streams and JP2 files; the multiple component transform is undone.
[[nodiscard]] CodedFrame decode_jpeg_2000(std::span<const std::uint8_t> stream,
                                          const FrameShape& shape, const std::string& where);

/// PS3.5 annex G.
[[nodiscard]] CodedFrame decode_rle(std::span<const std::uint8_t> stream, const FrameShape& shape,
                                    const std::string& where);

}  // namespace galen::dicom
