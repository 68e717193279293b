#include <cstring>
#include <memory>
#include <openjpeg.h>

#include "base/raise.h"
#include "io/dicom/codecs.h"

namespace galen::dicom {
namespace {

/// The bytes OpenJPEG reads from, and where it stands.
struct Source {
  std::span<const std::uint8_t> bytes;
  std::size_t position = 0;
};

OPJ_SIZE_T read_bytes(void* buffer, OPJ_SIZE_T wanted, void* user) {
  auto& source = *static_cast<Source*>(user);
  const std::size_t count = std::min<std::size_t>(wanted, source.bytes.size() - source.position);
  if (count == 0) return static_cast<OPJ_SIZE_T>(-1);
  std::memcpy(buffer, source.bytes.data() + source.position, count);
  source.position += count;
  return count;
}

OPJ_OFF_T skip_bytes(OPJ_OFF_T count, void* user) {
  auto& source = *static_cast<Source*>(user);
  if (count < 0) return -1;
  const std::size_t left = source.bytes.size() - source.position;
  const std::size_t step = std::min(static_cast<std::size_t>(count), left);
  source.position += step;
  return static_cast<OPJ_OFF_T>(step);
}

OPJ_BOOL seek_bytes(OPJ_OFF_T position, void* user) {
  auto& source = *static_cast<Source*>(user);
  if (position < 0 || static_cast<std::size_t>(position) > source.bytes.size()) return OPJ_FALSE;
  source.position = static_cast<std::size_t>(position);
  return OPJ_TRUE;
}

// opj_codec_t and opj_stream_t are the same type to the compiler, so each names its own end.
using OwnedCodec = std::unique_ptr<opj_codec_t, void (*)(opj_codec_t*)>;
using OwnedStream = std::unique_ptr<opj_stream_t, void (*)(opj_stream_t*)>;
using OwnedImage = std::unique_ptr<opj_image_t, void (*)(opj_image_t*)>;

OwnedStream make_stream(Source& source) {
  OwnedStream stream(opj_stream_default_create(OPJ_TRUE), opj_stream_destroy);
  if (!stream) throw std::bad_alloc();
  opj_stream_set_user_data(stream.get(), &source, nullptr);
  opj_stream_set_user_data_length(stream.get(), source.bytes.size());
  opj_stream_set_read_function(stream.get(), read_bytes);
  opj_stream_set_skip_function(stream.get(), skip_bytes);
  opj_stream_set_seek_function(stream.get(), seek_bytes);
  return stream;
}

OwnedCodec make_codec(std::span<const std::uint8_t> bytes) {
  // DICOM wants the bare code stream; some writers leave the JP2 boxes around it.
  const bool is_jp2 = bytes.size() > 8 && std::memcmp(bytes.data() + 4, "jP  ", 4) == 0;
  OwnedCodec codec(opj_create_decompress(is_jp2 ? OPJ_CODEC_JP2 : OPJ_CODEC_J2K),
                   opj_destroy_codec);
  opj_dparameters_t parameters;
  opj_set_default_decoder_parameters(&parameters);
  if (!codec || !opj_setup_decoder(codec.get(), &parameters)) throw std::bad_alloc();
  return codec;
}

void check_shape(const opj_image_t& image, const FrameShape& shape, const std::string& where) {
  const auto width = static_cast<std::uint32_t>(shape.width);
  const auto height = static_cast<std::uint32_t>(shape.height);
  if (image.numcomps < static_cast<std::uint32_t>(shape.samples) || image.x1 - image.x0 != width ||
      image.y1 - image.y0 != height) {
    raise(ErrorKind::malformed, "{}: JPEG 2000 stream is {}x{}x{}, the data set says {}x{}x{}",
          where, image.x1 - image.x0, image.y1 - image.y0, image.numcomps, width, height,
          shape.samples);
  }
  for (int c = 0; c < shape.samples; ++c) {
    const opj_image_comp_t& component = image.comps[c];
    if (component.dx != 1 || component.dy != 1 || component.prec > 32 ||
        component.prec != image.comps[0].prec) {
      raise(ErrorKind::unsupported, "{}: JPEG 2000 components of different size or depth", where);
    }
  }
}

CodedFrame interleave(const opj_image_t& image, const FrameShape& shape, const std::string& where) {
  CodedFrame frame;
  frame.precision = static_cast<int>(image.comps[0].prec);
  frame.bytes_per_sample = frame.precision > 16 ? 4 : frame.precision > 8 ? 2 : 1;
  const auto samples = static_cast<std::size_t>(shape.samples);
  const auto bytes = static_cast<std::size_t>(frame.bytes_per_sample);
  const std::size_t pixels =
      static_cast<std::size_t>(shape.width) * static_cast<std::size_t>(shape.height);
  frame.data.resize(pixels * samples * bytes);
  for (std::size_t c = 0; c < samples; ++c) {
    const OPJ_INT32* values = image.comps[c].data;
    if (values == nullptr ||
        static_cast<std::size_t>(image.comps[c].w) * image.comps[c].h != pixels) {
      raise(ErrorKind::malformed, "{}: JPEG 2000 stream has no samples for component {}", where, c);
    }
    for (std::size_t i = 0; i < pixels; ++i) {
      std::memcpy(frame.data.data() + (i * samples + c) * bytes, values + i, bytes);
    }
  }
  return frame;
}

}  // namespace

CodedFrame decode_jpeg_2000(std::span<const std::uint8_t> stream, const FrameShape& shape,
                            const std::string& where) {
  Source source{stream};
  const OwnedStream input = make_stream(source);
  const OwnedCodec codec = make_codec(stream);
  opj_image_t* header = nullptr;
  const bool has_header = opj_read_header(input.get(), codec.get(), &header);
  const OwnedImage image(header, opj_image_destroy);
  if (!has_header) raise(ErrorKind::malformed, "{}: no JPEG 2000 stream", where);
  check_shape(*image, shape, where);
  if (!opj_decode(codec.get(), input.get(), image.get())) {
    raise(ErrorKind::malformed, "{}: the JPEG 2000 stream is damaged or cut short", where);
  }
  return interleave(*image, shape, where);
}

}  // namespace galen::dicom
