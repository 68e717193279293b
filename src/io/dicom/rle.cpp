#include <algorithm>
#include <array>
#include <cstring>

#include "base/raise.h"
#include "io/dicom/codecs.h"
#include "io/dicom/element_reader.h"

namespace galen::dicom {
namespace {

constexpr std::size_t kHeader = 64;
constexpr std::size_t kMaxSegments = 15;

/// PackBits into every `stride`-th byte of `out`; false when the segment ends before `count` bytes.
bool unpack(std::span<const std::uint8_t> segment, std::uint8_t* out, std::size_t stride,
            std::size_t count) {
  std::size_t done = 0;
  std::size_t at = 0;
  while (done < count && at < segment.size()) {
    const std::size_t control = segment[at++];
    if (control == 128) continue;
    const bool is_repeat = control > 128;
    const std::size_t length = is_repeat ? 257 - control : control + 1;
    const std::size_t run = std::min(length, count - done);
    const std::size_t taken = is_repeat ? 1 : length;
    if (taken > segment.size() - at) return false;
    for (std::size_t i = 0; i < run; ++i) {
      out[(done + i) * stride] = segment[at + (is_repeat ? 0 : i)];
    }
    at += taken;
    done += run;
  }
  return done == count;
}

}  // namespace

CodedFrame decode_rle(std::span<const std::uint8_t> stream, const FrameShape& shape,
                      const std::string& where) {
  const auto bytes = static_cast<std::size_t>(shape.bits_allocated / 8);
  const std::size_t segments = bytes * static_cast<std::size_t>(shape.samples);
  const std::size_t pixels =
      static_cast<std::size_t>(shape.width) * static_cast<std::size_t>(shape.height);
  const std::uint32_t found = stream.size() < kHeader ? 0 : read_u32(stream.data(), false);
  if (found != segments || segments > kMaxSegments) {
    raise(ErrorKind::malformed, "{}: RLE header names {} segments, {} are needed", where, found,
          segments);
  }
  // Two bytes give at most 128: a stream too short for the frame is refused before memory is taken.
  if (stream.size() < pixels * segments / 64) {
    raise(ErrorKind::malformed, "{}: RLE stream of {} bytes is too short for {}x{} pixels", where,
          stream.size(), shape.width, shape.height);
  }
  CodedFrame frame;
  frame.bytes_per_sample = static_cast<int>(bytes);
  frame.precision = shape.bits_allocated;
  frame.planar = true;
  frame.data.resize(pixels * segments);
  for (std::size_t s = 0; s < segments; ++s) {
    const std::size_t begin = read_u32(stream.data() + 4 * (s + 1), false);
    const std::size_t end =
        s + 1 < segments ? read_u32(stream.data() + 4 * (s + 2), false) : stream.size();
    // The most significant byte comes first; samples are native (little endian) here.
    std::uint8_t* out = frame.data.data() + (s / bytes) * pixels * bytes + (bytes - 1 - s % bytes);
    if (begin < kHeader || begin > end || end > stream.size() ||
        !unpack(stream.subspan(begin, end - begin), out, bytes, pixels)) {
      raise(ErrorKind::malformed, "{}: RLE segment {} is damaged or too short", where, s + 1);
    }
  }
  return frame;
}

}  // namespace galen::dicom
