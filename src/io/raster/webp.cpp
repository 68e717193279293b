#include <memory>
#include <webp/decode.h>
#include <webp/demux.h>

#include "base/raise.h"
#include "io/raster/codec.h"
#include "io/raster/orientation.h"

namespace galen::raster {
namespace {

struct CloseDemuxer {
  void operator()(WebPDemuxer* demuxer) const { WebPDemuxDelete(demuxer); }
};

/// The payload of a metadata chunk; empty when there is none.
std::vector<std::uint8_t> chunk(const WebPDemuxer* demuxer, const char* id) {
  WebPChunkIterator found{};
  std::vector<std::uint8_t> payload;
  if (WebPDemuxGetChunk(demuxer, id, 1, &found) != 0) {
    payload.assign(found.chunk.bytes, found.chunk.bytes + found.chunk.size);
  }
  WebPDemuxReleaseChunkIterator(&found);
  return payload;
}

}  // namespace

Decoded decode_webp(Bytes bytes, const std::string& name) {
  WebPBitstreamFeatures features{};
  if (WebPGetFeatures(bytes.data(), bytes.size(), &features) != VP8_STATUS_OK) {
    raise(ErrorKind::malformed, "{}: damaged or truncated WebP header", name);
  }
  if (features.has_animation != 0) {
    raise(ErrorKind::unsupported, "{}: an animated WebP; save one frame of it", name);
  }
  const int channels = features.has_alpha != 0 ? 4 : 3;
  Decoded decoded;
  check_size(static_cast<std::uint64_t>(features.width),
             static_cast<std::uint64_t>(features.height), bytes.size(), name);
  decoded.image = make_image(features.width, features.height, channels);
  std::vector<std::uint8_t>& pixels = decoded.image.data;
  const auto decode = channels == 4 ? WebPDecodeRGBAInto : WebPDecodeRGBInto;
  if (decode(bytes.data(), bytes.size(), pixels.data(), pixels.size(), features.width * channels) ==
      nullptr) {
    raise(ErrorKind::malformed, "{}: damaged or truncated WebP data", name);
  }
  const WebPData data{bytes.data(), bytes.size()};
  const std::unique_ptr<WebPDemuxer, CloseDemuxer> demuxer(WebPDemux(&data));
  if (demuxer) {
    decoded.icc = chunk(demuxer.get(), "ICCP");
    decoded.orientation = exif_orientation(chunk(demuxer.get(), "EXIF"));
  }
  return decoded;
}

}  // namespace galen::raster
