#include "io/raster/raster.h"

#include <utility>

#include "base/file.h"
#include "base/raise.h"
#include "io/raster/codec.h"
#include "io/raster/colour.h"
#include "io/raster/orientation.h"

namespace galen::raster {
namespace {

using Decode = Decoded (*)(Bytes, const std::string&, int min_side);

struct Format {
  std::string_view magic;
  Decode decode;
};

template <Decoded (*decode)(Bytes, const std::string&)>
Decoded at_full_size(Bytes bytes, const std::string& name, int /*min_side*/) {
  return decode(bytes, name);
}

// WebP's magic comes with the file size inside: see decoder_of.
constexpr Format kFormats[] = {
    {{"\xFF\xD8\xFF", 3}, decode_jpeg},        {{"\x89PNG\r\n\x1A\n", 8}, at_full_size<decode_png>},
    {{"II*\0", 4}, at_full_size<decode_tiff>}, {{"MM\0*", 4}, at_full_size<decode_tiff>},
    {{"II+\0", 4}, at_full_size<decode_tiff>}, {{"MM\0+", 4}, at_full_size<decode_tiff>},
};

/// The decoder that the first bytes call for, or null.
Decode decoder_of(std::string_view prefix) {
  for (const Format& format : kFormats) {
    if (prefix.starts_with(format.magic)) return format.decode;
  }
  const bool is_webp =
      prefix.size() >= 12 && prefix.starts_with("RIFF") && prefix.substr(8, 4) == "WEBP";
  return is_webp ? at_full_size<decode_webp> : nullptr;
}

// No lossless format here gets beyond 8 pixels a bit of deflate's best 1032 : 1.
constexpr std::uint64_t kMaxPixelsPerByte = 8256;
// Small enough to take without looking at the file's size.
constexpr std::uint64_t kModestPixels = std::uint64_t{1} << 24;

}  // namespace

void check_size(std::uint64_t width, std::uint64_t height, std::size_t file_bytes,
                const std::string& name) {
  if (width == 0 || height == 0) {
    raise(ErrorKind::malformed, "{}: {}x{} pixels have no content", name, width, height);
  }
  if (width > kMaxImageSide || height > kMaxImageSide || width * height > kMaxImagePixels) {
    raise(ErrorKind::limit_exceeded, "{}: {}x{} pixels, at most {} a side and {} in all are read",
          name, width, height, kMaxImageSide, kMaxImagePixels);
  }
  if (width * height > kModestPixels && width * height / kMaxPixelsPerByte > file_bytes) {
    raise(ErrorKind::malformed, "{}: {} bytes cannot hold {}x{} pixels", name, file_bytes, width,
          height);
  }
}

bool is_raster(std::string_view prefix) {
  return decoder_of(prefix) != nullptr;
}

Image decode_image(std::span<const std::uint8_t> bytes, const std::string& name, int min_side) {
  const Decode decode = decoder_of({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  if (decode == nullptr) {
    raise(ErrorKind::unsupported, "{}: not a JPEG, PNG, TIFF or WebP file", name);
  }
  Decoded decoded = decode(bytes, name, min_side);
  const int orientation = decoded.orientation;
  return upright(to_srgb(std::move(decoded), name), orientation);
}

Image read_image(const std::filesystem::path& path, int min_side) {
  const MappedFile file(path);
  return decode_image(file.bytes(), path.string(), min_side);
}

void write_png(const std::filesystem::path& path, const Image& image) {
  const std::vector<std::uint8_t> png = encode_png(image);
  AtomicFile file(path);
  file.write(png);
  file.commit();
}

}  // namespace galen::raster
