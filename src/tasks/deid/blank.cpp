#include "tasks/deid/blank.h"

#include <algorithm>
#include <cmath>

#include "base/checked.h"
#include "base/raise.h"
#include "io/dicom/frames.h"

namespace galen::deid {
namespace {

using dicom::FrameReader;
using dicom::PixelFormat;

constexpr std::uint32_t kPixelData = 0x7FE00010;
constexpr std::string_view kExplicitLittleUid = "1.2.840.10008.1.2.1";
constexpr std::size_t kMaxPixels = std::size_t{1} << 32;

/// A region cut at the edges, as half-open ranges.
struct Box {
  int left, top, right, bottom;
};

Box cut(const PixelRegion& region, const PixelFormat& format) {
  const auto limit = [](std::int64_t value, int most) {
    return static_cast<int>(std::clamp<std::int64_t>(value, 0, most));
  };
  return {limit(region.x, format.width), limit(region.y, format.height),
          limit(std::int64_t{region.x} + region.width, format.width),
          limit(std::int64_t{region.y} + region.height, format.height)};
}

/// The stored value that is shown as black.
std::int64_t black(const PixelFormat& format) {
  const std::int64_t half = std::int64_t{1} << (format.bits_stored - 1);
  const std::int64_t least = format.is_signed ? -half : 0;
  const std::int64_t most = format.is_signed ? half - 1 : 2 * half - 1;
  return format.photometric == "MONOCHROME1" ? most : least;
}

void put(std::uint8_t* place, std::int64_t value, int bytes, bool big_endian) {
  for (int i = 0; i < bytes; ++i) {
    place[big_endian ? bytes - 1 - i : i] = static_cast<std::uint8_t>(value >> (8 * i));
  }
}

/// Plain samples of 8, 16 or 32 bits.
class PlainPixels {
 public:
  PlainPixels(const PixelFormat& format, bool big_endian, std::span<std::uint8_t> bytes)
      : format_(format), big_endian_(big_endian), bytes_(bytes), size_(format.bits_allocated / 8) {}

  void blank(const Box& box) {
    for (int frame = 0; frame < format_.frames; ++frame) {
      for (int y = box.top; y < box.bottom; ++y) {
        for (int x = box.left; x < box.right; ++x) blank_pixel(frame, x, y);
      }
    }
  }

 private:
  void blank_pixel(int frame, int x, int y) {
    const std::size_t plane = static_cast<std::size_t>(format_.width) * format_.height;
    const std::size_t pixel = static_cast<std::size_t>(y) * format_.width + x;
    for (int sample = 0; sample < format_.samples; ++sample) {
      const std::size_t within =
          format_.is_planar ? sample * plane + pixel : pixel * format_.samples + sample;
      const std::size_t at = (frame * plane * format_.samples + within) * size_;
      if (at + size_ > bytes_.size()) return;  // the last frame is cut short
      put(bytes_.data() + at, value_of(sample), size_, big_endian_);
    }
  }

  [[nodiscard]] std::int64_t value_of(int sample) const {
    if (format_.samples == 1) return black(format_);
    const bool is_chroma = format_.is_ybr() && sample > 0;
    return is_chroma ? std::int64_t{1} << (format_.bits_stored - 1) : 0;
  }

  const PixelFormat& format_;
  bool big_endian_;
  std::span<std::uint8_t> bytes_;
  int size_;
};

bool is_plain(const dicom::Dataset& dataset, const PixelFormat& format) {
  const bool has_whole_bytes =
      format.bits_allocated == 8 || format.bits_allocated == 16 || format.bits_allocated == 32;
  return !dataset.pixel_data()->undefined_length && has_whole_bytes &&
         format.photometric != "YBR_FULL_422";
}

void append_frame(const dicom::StoredFrame& frame, int bytes_per_value,
                  std::vector<std::uint8_t>& out) {
  if (frame.values.empty()) {
    out.insert(out.end(), frame.colour.data.begin(), frame.colour.data.end());
    return;
  }
  for (const double value : frame.values) {
    const std::size_t at = out.size();
    out.resize(at + static_cast<std::size_t>(bytes_per_value));
    put(out.data() + at, std::llround(value), bytes_per_value, false);
  }
}

/// Decodes all frames, and describes them in `root` and `format`.
std::vector<std::uint8_t> decode_all(dicom::EditItem& root, const FrameReader& reader,
                                     PixelFormat& format) {
  const dicom::StoredFrame first = reader.decode(0);
  const bool is_colour = first.values.empty();
  format.is_planar = false;
  if (is_colour) {
    format.samples = 3;
    format.bits_allocated = format.bits_stored = first.colour.bits;
    format.photometric = "RGB";
  } else {
    format.bits_allocated = format.bits_stored <= 8 ? 8 : format.bits_stored <= 16 ? 16 : 32;
  }
  format.high_bit = format.bits_stored - 1;
  const int bytes = format.bits_allocated / 8;
  const std::size_t total = static_cast<std::size_t>(format.width) * format.height *
                            format.samples * bytes * static_cast<std::size_t>(format.frames);
  if (total > kMaxPixels) {
    raise(ErrorKind::limit_exceeded, "{}: {} bytes of pixels when decoded, at most {}",
          reader.dataset().name(), total, kMaxPixels);
  }
  std::vector<std::uint8_t> pixels;
  pixels.reserve(total);
  append_frame(first, bytes, pixels);
  for (int i = 1; i < format.frames; ++i) append_frame(reader.decode(i), bytes, pixels);
  const auto set_word = [&](std::uint32_t tag, int value) {
    root.set(tag, "US", "")
        .set_bytes({static_cast<std::uint8_t>(value), static_cast<std::uint8_t>(value >> 8)});
  };
  root.set(0x00280004, "CS", format.photometric);
  if (is_colour) set_word(0x00280006, 0);
  set_word(0x00280100, format.bits_allocated);
  set_word(0x00280101, format.bits_stored);
  set_word(0x00280102, format.high_bit);
  std::erase_if(root.elements, [](const dicom::EditElement& element) {
    return element.tag() == 0x7FE00001 || element.tag() == 0x7FE00002;  // offsets of frames
  });
  return pixels;
}

}  // namespace

std::string blank_regions(dicom::EditItem& root, const dicom::Dataset& dataset,
                          const std::vector<PixelRegion>& regions) {
  const FrameReader reader(dataset);
  PixelFormat format = reader.format();
  if (format.is_float) {
    raise(ErrorKind::unsupported, "{}: floating point pixels cannot be blanked", dataset.name());
  }
  const bool plain = is_plain(dataset, format);
  const dicom::Encoding encoding = dataset.syntax().encoding;
  if (!plain && encoding.big_endian) {
    raise(ErrorKind::unsupported, "{}: packed or subsampled pixels in big endian cannot be blanked",
          dataset.name());
  }
  std::vector<std::uint8_t> pixels;
  if (plain) {
    const auto bytes = root.find(kPixelData)->value();
    pixels.assign(bytes.begin(), bytes.end());
  } else {
    pixels = decode_all(root, reader, format);
  }
  PlainPixels target(format, encoding.big_endian, pixels);
  for (const PixelRegion& region : regions) target.blank(cut(region, format));
  dicom::EditElement& element = *root.find(kPixelData);
  const bool was_compressed = dataset.pixel_data()->undefined_length;
  if (!plain && encoding.explicit_vr) {
    const std::string_view vr = format.bits_allocated > 8 ? "OW" : "OB";
    element.vr = {vr[0], vr[1]};
  }
  element.set_bytes(std::move(pixels));
  return was_compressed ? std::string(kExplicitLittleUid) : std::string();
}

}  // namespace galen::deid
