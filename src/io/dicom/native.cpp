#include "io/dicom/native.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "base/checked.h"
#include "base/raise.h"

namespace galen::dicom {
namespace {

std::uint64_t pixels_of(const PixelFormat& format) {
  return static_cast<std::uint64_t>(format.width) * static_cast<std::uint64_t>(format.height);
}

/// Bits of one frame. Chroma of 4:2:2 is stored once for two pixels of a row.
std::uint64_t frame_bits(const PixelFormat& format, bool is_422) {
  const auto samples = static_cast<std::uint64_t>(is_422 ? 2 : format.samples);
  return pixels_of(format) * samples * static_cast<std::uint64_t>(format.bits_allocated);
}

/// Some writers name 4:2:2 and store all chroma; the length tells (as pydicom).
bool is_subsampled(const Dataset& dataset, const PixelFormat& format) {
  if (!format.photometric.ends_with("_422") || format.bits_allocated != 8 ||
      format.width % 2 != 0) {
    return false;
  }
  const std::uint64_t full =
      frame_bits(format, false) / 8 * static_cast<std::uint64_t>(format.frames);
  return dataset.pixel_data()->value.size() < full;
}

/// Undoes big endian order. Bytes in an OW element are swapped by words, which may straddle frames.
void to_little_endian(const Dataset& dataset, std::span<const std::uint8_t> bytes,
                      CodedFrame& frame) {
  const auto size = static_cast<std::size_t>(frame.bytes_per_sample);
  if (size > 1) {
    for (auto at = frame.data.begin(); at != frame.data.end(); at += size)
      std::reverse(at, at + size);
    return;
  }
  if (std::string_view(dataset.pixel_data()->vr, 2) != "OW") return;
  const auto value = dataset.pixel_data()->value;
  const auto begin = static_cast<std::size_t>(bytes.data() - value.data());
  for (std::size_t i = 0; i < frame.data.size(); ++i) {
    const std::size_t at = (begin + i) ^ 1;
    if (at < value.size()) frame.data[i] = value[at];
  }
}

std::vector<std::uint8_t> unpack_bits(std::span<const std::uint8_t> bytes, std::uint64_t first_bit,
                                      std::uint64_t count) {
  std::vector<std::uint8_t> samples(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t bit = first_bit + i;
    samples[i] = bytes[bit / 8] >> (bit % 8) & 1;
  }
  return samples;
}

/// Y1 Y2 Cb Cr to Y1 Cb Cr Y2 Cb Cr.
std::vector<std::uint8_t> repeat_chroma(std::span<const std::uint8_t> bytes) {
  std::vector<std::uint8_t> samples(bytes.size() / 4 * 6);
  for (std::size_t pair = 0; pair < bytes.size() / 4; ++pair) {
    const std::uint8_t* in = bytes.data() + 4 * pair;
    std::uint8_t* out = samples.data() + 6 * pair;
    out[0] = in[0];
    out[3] = in[1];
    out[1] = out[4] = in[2];
    out[2] = out[5] = in[3];
  }
  return samples;
}

}  // namespace

std::span<const std::uint8_t> native_bytes(const Dataset& dataset, const PixelFormat& format,
                                           int index) {
  const std::uint64_t bits = frame_bits(format, is_subsampled(dataset, format));
  const std::uint64_t begin_bit =
      checked_mul(bits, static_cast<std::uint64_t>(index), "frame offset");
  const std::uint64_t begin = begin_bit / 8;
  const std::uint64_t end = (begin_bit + bits + 7) / 8;
  const auto value = dataset.pixel_data()->value;
  if (end > value.size()) {
    raise(ErrorKind::malformed, "{}: the pixel data has {} bytes, {} are needed for frame {} of {}",
          dataset.name(), value.size(), end, index + 1, format.frames);
  }
  return value.subspan(begin, end - begin);
}

CodedFrame native_frame(const Dataset& dataset, const PixelFormat& format, int index) {
  const auto bytes = native_bytes(dataset, format, index);
  CodedFrame frame;
  frame.planar = format.is_planar;
  frame.precision = format.bits_allocated;
  frame.bytes_per_sample = std::max(1, format.bits_allocated / 8);
  if (format.bits_allocated == 1) {
    const std::uint64_t first_bit = pixels_of(format) * static_cast<std::uint64_t>(index) % 8;
    frame.data = unpack_bits(bytes, first_bit, pixels_of(format));
    return frame;
  }
  if (is_subsampled(dataset, format)) {
    frame.data = repeat_chroma(bytes);
    frame.planar = false;
    return frame;
  }
  frame.data.assign(bytes.begin(), bytes.end());
  if (dataset.root().encoding().big_endian) to_little_endian(dataset, bytes, frame);
  return frame;
}

}  // namespace galen::dicom
