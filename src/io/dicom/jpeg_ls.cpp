#include <charls/charls.h>

#include "base/raise.h"
#include "io/dicom/codecs.h"

namespace galen::dicom {

CodedFrame decode_jpeg_ls(std::span<const std::uint8_t> stream, const FrameShape& shape,
                          const std::string& where) {
  if (stream.empty()) raise(ErrorKind::malformed, "{}: no JPEG-LS stream", where);
  try {
    charls::jpegls_decoder decoder;
    decoder.source(stream.data(), stream.size()).read_header();
    const charls::frame_info& info = decoder.frame_info();
    if (info.width != static_cast<std::uint32_t>(shape.width) ||
        info.height != static_cast<std::uint32_t>(shape.height) ||
        info.component_count != shape.samples) {
      raise(ErrorKind::malformed, "{}: JPEG-LS stream is {}x{}x{}, the data set says {}x{}x{}",
            where, info.width, info.height, info.component_count, shape.width, shape.height,
            shape.samples);
    }
    CodedFrame frame;
    frame.bytes_per_sample = info.bits_per_sample > 8 ? 2 : 1;
    frame.precision = info.bits_per_sample;
    frame.planar = decoder.interleave_mode() == charls::interleave_mode::none;
    frame.data.resize(decoder.destination_size());
    decoder.decode(frame.data);
    return frame;
  } catch (const charls::jpegls_error& error) {
    raise(ErrorKind::malformed, "{}: JPEG-LS stream: {}", where, error.what());
  }
}

}  // namespace galen::dicom
