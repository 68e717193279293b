#include <array>
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmjpeg/djcparam.h>
#include <dcmtk/dcmjpeg/djdijg12.h>
#include <dcmtk/dcmjpeg/djdijg16.h>
#include <dcmtk/dcmjpeg/djdijg8.h>
#include <dcmtk/oflog/oflog.h>
#include <memory>
#include <optional>
#include <string_view>

#include "base/raise.h"
#include "io/dicom/codecs.h"
#include "io/dicom/element_reader.h"

namespace galen::dicom {
namespace {

constexpr std::array<std::uint8_t, 3> kUpperRgb = {'R', 'G', 'B'};
constexpr std::array<std::uint8_t, 3> kLowerRgb = {'r', 'g', 'b'};

/// What the markers before the first scan say (ITU-T T.81 annex B).
struct JpegHeader {
  int precision = 0;
  int width = 0;
  int height = 0;
  int components = 0;
  bool has_jfif = false;
  bool has_rgb_ids = false;  ///< components are called 'R', 'G', 'B'
};

bool is_frame_marker(int marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

JpegHeader read_frame_marker(std::span<const std::uint8_t> segment) {
  JpegHeader header;
  if (segment.size() < 6) return header;
  header.precision = segment[0];
  header.height = read_u16(segment.data() + 1, true);
  header.width = read_u16(segment.data() + 3, true);
  header.components = segment[5];
  if (header.components == 3 && segment.size() >= 15) {
    const std::array<std::uint8_t, 3> ids = {segment[6], segment[9], segment[12]};
    header.has_rgb_ids = ids == kUpperRgb || ids == kLowerRgb;
  }
  return header;
}

std::optional<JpegHeader> read_header(std::span<const std::uint8_t> stream) {
  if (stream.size() < 4 || stream[0] != 0xFF || stream[1] != 0xD8) return {};
  bool has_jfif = false;
  std::size_t at = 2;
  while (at + 4 <= stream.size()) {
    if (stream[at] != 0xFF) return {};
    const int marker = stream[at + 1];
    if (marker == 0xFF) {  // fill byte
      ++at;
      continue;
    }
    const std::size_t length = read_u16(stream.data() + at + 2, true);
    if (length < 2 || length > stream.size() - at - 2) return {};
    const auto segment = stream.subspan(at + 4, length - 2);
    if (is_frame_marker(marker)) {
      JpegHeader header = read_frame_marker(segment);
      header.has_jfif = has_jfif;
      return header;
    }
    const std::string_view text(reinterpret_cast<const char*>(segment.data()), segment.size());
    has_jfif = has_jfif || (marker == 0xE0 && text.starts_with("JFIF"));
    at += 2 + length;
  }
  return {};
}

/// DCMTK would write warnings about the stream to stderr; ours is the error it returns.
void silence_dcmtk() {
  static const bool is_silent = [] {
    OFLog::configure(OFLogger::OFF_LOG_LEVEL);
    return true;
  }();
  (void)is_silent;
}

std::unique_ptr<DJDecoder> make_decoder(const DJCodecParameter& parameters, int precision,
                                        bool is_ybr) {
  if (precision <= 8) return std::make_unique<DJDecompressIJG8Bit>(parameters, is_ybr);
  if (precision <= 12) return std::make_unique<DJDecompressIJG12Bit>(parameters, is_ybr);
  return std::make_unique<DJDecompressIJG16Bit>(parameters, is_ybr);
}

}  // namespace

CodedFrame decode_jpeg(std::span<const std::uint8_t> stream, const FrameShape& shape, bool is_ybr,
                       const std::string& where) {
  const auto header = read_header(stream);
  if (!header) raise(ErrorKind::malformed, "{}: no JPEG stream", where);
  if (header->width != shape.width || header->height != shape.height ||
      header->components != shape.samples || header->precision < 2 || header->precision > 16) {
    raise(ErrorKind::malformed,
          "{}: JPEG stream is {}x{}x{} of {} bits, the data set says {}x{}x{}", where,
          header->width, header->height, header->components, header->precision, shape.width,
          shape.height, shape.samples);
  }
  // Some writers name the wrong photometric interpretation; the stream knows better (as pydicom).
  const bool convert = shape.samples == 3 && !header->has_rgb_ids && (is_ybr || header->has_jfif);
  silence_dcmtk();
  const DJCodecParameter parameters(ECC_lossyYCbCr, EDC_photometricInterpretation, EUC_default,
                                    EPC_colorByPixel);
  const auto decoder = make_decoder(parameters, header->precision, convert);
  CodedFrame frame;
  frame.bytes_per_sample = decoder->bytesPerSample();
  frame.precision = header->precision;
  frame.is_rgb = convert;
  frame.data.resize(static_cast<std::size_t>(shape.width) * static_cast<std::size_t>(shape.height) *
                    static_cast<std::size_t>(shape.samples * frame.bytes_per_sample));
  OFCondition status = decoder->init();
  if (status.good()) {
    status = decoder->decode(const_cast<Uint8*>(stream.data()), static_cast<Uint32>(stream.size()),
                             frame.data.data(), static_cast<Uint32>(frame.data.size()), OFFalse);
  }
  if (status.bad()) {
    raise(ErrorKind::malformed, "{}: the JPEG stream is damaged or cut short: {}", where,
          status.text());
  }
  return frame;
}

}  // namespace galen::dicom
