#include "io/dicom/frames.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <utility>

#include "base/raise.h"
#include "io/dicom/codecs.h"
#include "io/dicom/colour.h"
#include "io/dicom/native.h"

namespace galen::dicom {
namespace {

template <typename T>
T load(const std::uint8_t* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

std::uint32_t load_sample(const std::uint8_t* bytes, int size) {
  if (size == 1) return *bytes;
  return size == 2 ? load<std::uint16_t>(bytes) : load<std::uint32_t>(bytes);
}

/// Cuts the bits of a value out of its container. A code stream's own precision may be smaller than
/// BitsStored, and is then where the sign stands.
class SampleBits {
 public:
  SampleBits(const PixelFormat& format, const CodedFrame& frame) {
    bits_ = std::min(frame.precision, format.bits_stored);
    const bool is_whole = frame.precision == format.bits_allocated;
    shift_ = is_whole ? format.high_bit + 1 - format.bits_stored : 0;
    is_signed_ = format.is_signed && bits_ > 1;
  }
  [[nodiscard]] double value(std::uint32_t container) const {
    const std::int64_t sign = is_signed_ ? std::int64_t{1} << (bits_ - 1) : 0;
    return static_cast<double>((std::int64_t{unsigned_value(container)} ^ sign) - sign);
  }
  [[nodiscard]] std::uint32_t unsigned_value(std::uint32_t container) const {
    return container >> shift_ & max();
  }
  [[nodiscard]] std::uint32_t max() const { return 0xFFFFFFFFU >> (32 - bits_); }
  [[nodiscard]] int bits() const { return bits_; }

 private:
  int bits_ = 0;
  int shift_ = 0;
  bool is_signed_ = false;
};

std::vector<double> grey_values(const CodedFrame& frame, const PixelFormat& format) {
  const auto size = static_cast<std::size_t>(frame.bytes_per_sample);
  std::vector<double> values(frame.data.size() / size);
  const std::uint8_t* bytes = frame.data.data();
  if (format.is_float) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = size == 4 ? load<float>(bytes + 4 * i) : load<double>(bytes + 8 * i);
    }
    return values;
  }
  const SampleBits bits(format, frame);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = bits.value(load_sample(bytes + size * i, frame.bytes_per_sample));
  }
  return values;
}

/// RGB or YBR samples as they are, interleaved and stretched to 8 or 16 bits.
Image colour_samples(const CodedFrame& frame, const PixelFormat& format) {
  const SampleBits bits(format, frame);
  Image image = make_image(format.width, format.height, 3, bits.bits() > 8 ? 16 : 8);
  const std::size_t pixels = image.samples() / 3;
  const auto size = static_cast<std::size_t>(frame.bytes_per_sample);
  const double stretch = (image.bits == 8 ? 255.0 : 65535.0) / bits.max();
  for (std::size_t i = 0; i < image.samples(); ++i) {
    const std::size_t at = frame.planar ? i % 3 * pixels + i / 3 : i;
    const std::uint32_t container =
        load_sample(frame.data.data() + size * at, frame.bytes_per_sample);
    const double value = bits.unsigned_value(container) * stretch + 0.5;
    if (image.bits == 8) {
      image.data[i] = static_cast<std::uint8_t>(value);
    } else {
      const auto word = static_cast<std::uint16_t>(value);
      std::memcpy(image.data.data() + 2 * i, &word, 2);
    }
  }
  return image;
}

/// JPEG 2000 decoders undo their own transforms; every other YBR is left to us.
bool needs_rgb(const PixelFormat& format, const CodedFrame& frame) {
  return format.is_ybr() && !frame.is_rgb && format.photometric != "YBR_ICT" &&
         format.photometric != "YBR_RCT";
}

CodedFrame decode_stream(std::span<const std::uint8_t> stream, const PixelFormat& format,
                         Codec codec, const std::string& where) {
  const FrameShape shape{format.width, format.height, format.samples, format.bits_allocated};
  switch (codec) {
    case Codec::rle: return decode_rle(stream, shape, where);
    case Codec::jpeg: return decode_jpeg(stream, shape, format.is_ybr(), where);
    case Codec::jpeg_ls: return decode_jpeg_ls(stream, shape, where);
    case Codec::jpeg_2000: return decode_jpeg_2000(stream, shape, where);
    case Codec::none:
    case Codec::unsupported: break;
  }
  raise(ErrorKind::internal, "{}: no decoder for this transfer syntax", where);
}

void check_codec(const Dataset& dataset, const PixelFormat& format) {
  const TransferSyntax& syntax = dataset.syntax();
  if (syntax.codec == Codec::unsupported) {
    raise(ErrorKind::unsupported,
          "{}: transfer syntax {} is not read; convert the file to explicit little endian",
          dataset.name(), syntax.uid);
  }
  const bool is_encapsulated = dataset.pixel_data()->undefined_length;
  if (is_encapsulated != (syntax.codec != Codec::none)) {
    raise(ErrorKind::malformed,
          "{}: transfer syntax {} does not fit pixel data that is {}encapsulated", dataset.name(),
          syntax.uid, is_encapsulated ? "" : "not ");
  }
  if (is_encapsulated && (format.bits_allocated < 8 || format.is_float)) {
    raise(ErrorKind::unsupported, "{}: compressed pixels of {} bits", dataset.name(),
          format.bits_allocated);
  }
}

}  // namespace

FrameReader::FrameReader(Dataset dataset)
    : dataset_(std::move(dataset)), format_(pixel_format(dataset_)) {
  check_codec(dataset_, format_);
  if (dataset_.syntax().codec != Codec::none) {
    fragments_.emplace(dataset_, format_.frames);
  } else {
    (void)native_bytes(dataset_, format_, format_.frames - 1);  // all frames are there
  }
}

std::vector<std::uint8_t> FrameReader::encoded(int index) const {
  if (index < 0 || index >= format_.frames) {
    raise(ErrorKind::invalid_argument, "{}: frame {} of {} is wanted", dataset_.name(), index + 1,
          format_.frames);
  }
  if (fragments_) return fragments_->frame(index);
  const auto bytes = native_bytes(dataset_, format_, index);
  return {bytes.begin(), bytes.end()};
}

StoredFrame FrameReader::decode(int index) const {
  CodedFrame frame;
  if (fragments_) {
    const std::string where = fmt::format("{}: frame {}", dataset_.name(), index + 1);
    frame = decode_stream(encoded(index), format_, dataset_.syntax().codec, where);
  } else {
    frame = native_frame(dataset_, format_, index);
  }
  StoredFrame stored;
  if (format_.samples == 1) {
    stored.values = grey_values(frame, format_);
    return stored;
  }
  stored.colour = colour_samples(frame, format_);
  if (needs_rgb(format_, frame)) {
    const bool is_partial = format_.photometric.starts_with("YBR_PARTIAL");
    ybr_to_rgb(stored.colour, is_partial ? YbrRange::partial : YbrRange::full);
  }
  return stored;
}

}  // namespace galen::dicom
