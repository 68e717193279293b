#include "io/slide/tiff_directory.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "base/raise.h"

namespace galen::slide {
namespace {

constexpr std::int64_t kMaxTilePixels = std::int64_t{1} << 26;  // 192 MiB of RGB
constexpr std::int64_t kMaxTiles = std::int64_t{1} << 25;
constexpr std::uint16_t kMaxSubDirectories = 64;
// Aperio's numbers for JPEG 2000; 33003, of YCbCr with halved chroma, is left to OpenSlide.
constexpr int kAperioJpeg2000Rgb = 33005;
constexpr std::array kCompressions = {
    COMPRESSION_NONE,    COMPRESSION_LZW,    COMPRESSION_JPEG,  COMPRESSION_ADOBE_DEFLATE,
    COMPRESSION_DEFLATE, COMPRESSION_JP2000, kAperioJpeg2000Rgb};

std::string place(const TiffHandle& handle) {
  return fmt::format("{}: directory {}", handle.path().string(),
                     TIFFCurrentDirectory(handle.get()));
}

void check_compression(const TiffHandle& handle) {
  const auto compression = handle.field_or_default<std::uint16_t>(TIFFTAG_COMPRESSION);
  if (std::find(kCompressions.begin(), kCompressions.end(), compression) == kCompressions.end()) {
    raise(ErrorKind::unsupported,
          "{}: compression {} is not read; convert to JPEG, JPEG 2000, LZW, Deflate or "
          "uncompressed tiles",
          place(handle), compression);
  }
}

void read_pixel_kind(const TiffHandle& handle, TiffDirectory& directory) {
  const auto bits = handle.field_or_default<std::uint16_t>(TIFFTAG_BITSPERSAMPLE);
  const auto format = handle.field_or_default<std::uint16_t>(TIFFTAG_SAMPLEFORMAT);
  const auto samples = handle.field_or_default<std::uint16_t>(TIFFTAG_SAMPLESPERPIXEL);
  const auto photometric = handle.field<std::uint16_t>(TIFFTAG_PHOTOMETRIC);
  const auto compression = handle.field_or_default<std::uint16_t>(TIFFTAG_COMPRESSION);
  directory.samples = samples;
  directory.white_is_zero = photometric == PHOTOMETRIC_MINISWHITE;
  directory.jpeg = compression == COMPRESSION_JPEG;
  directory.jpeg_ycbcr = photometric == PHOTOMETRIC_YCBCR && directory.jpeg;
  directory.jpeg_2000 = compression == COMPRESSION_JP2000 || compression == kAperioJpeg2000Rgb;
  const bool grey = samples == 1 && (photometric == PHOTOMETRIC_MINISBLACK ||
                                     photometric == PHOTOMETRIC_MINISWHITE);
  const bool colour = samples == 3 && (photometric == PHOTOMETRIC_RGB || directory.jpeg_ycbcr);
  if (bits != 8 || format != SAMPLEFORMAT_UINT || !(grey || colour)) {
    raise(ErrorKind::unsupported,
          "{}: {} samples of {} bits, photometric interpretation {}; slides are 8-bit grey or RGB",
          place(handle), samples, bits, photometric ? std::to_string(*photometric) : "missing");
  }
  directory.planes_apart =
      !directory.jpeg_2000 && samples > 1 &&
      handle.field_or_default<std::uint16_t>(TIFFTAG_PLANARCONFIG) == PLANARCONFIG_SEPARATE;
}

TileGrid read_grid(const TiffHandle& handle, bool tiled) {
  const std::int64_t width = handle.field<std::uint32_t>(TIFFTAG_IMAGEWIDTH).value_or(0);
  const std::int64_t height = handle.field<std::uint32_t>(TIFFTAG_IMAGELENGTH).value_or(0);
  std::int64_t tile_width = width;
  std::int64_t tile_height = 0;
  if (tiled) {
    tile_width = handle.field<std::uint32_t>(TIFFTAG_TILEWIDTH).value_or(0);
    tile_height = handle.field<std::uint32_t>(TIFFTAG_TILELENGTH).value_or(0);
  } else {
    // Without the tag, all rows are one strip.
    tile_height = std::min<std::int64_t>(
        height, handle.field_or_default<std::uint32_t>(TIFFTAG_ROWSPERSTRIP));
  }
  if (width < 1 || height < 1 || tile_width < 1 || tile_height < 1) {
    raise(ErrorKind::malformed, "{}: image of {} x {} pixels in tiles of {} x {}", place(handle),
          width, height, tile_width, tile_height);
  }
  if (std::max(tile_width, tile_height) > kMaxImageSide ||
      tile_width > kMaxTilePixels / tile_height) {
    raise(
        ErrorKind::limit_exceeded,
        "{}: {} of {} x {} pixels; at most {} a side and {} in all: cut it into tiles, for example "
        "with vips tiffsave --tile --pyramid --bigtiff",
        place(handle), tiled ? "tiles" : "strips", tile_width, tile_height, kMaxImageSide,
        kMaxTilePixels);
  }
  const TileGrid grid{width, height, static_cast<int>(tile_width), static_cast<int>(tile_height)};
  if (grid.columns() > kMaxTiles / grid.rows()) {
    raise(ErrorKind::limit_exceeded,
          "{}: {} x {} pixels in tiles of {} x {} are more than {} tiles", place(handle), width,
          height, tile_width, tile_height, kMaxTiles);
  }
  return grid;
}

/// A tile of zero bytes was not scanned; any other must lie inside the file.
void check_tiles(const TiffHandle& handle, const TiffDirectory& directory) {
  const std::uint64_t file_size = std::filesystem::file_size(handle.path());
  const auto count = static_cast<std::uint32_t>(directory.grid.columns() * directory.grid.rows() *
                                                (directory.planes_apart ? directory.samples : 1));
  for (std::uint32_t tile = 0; tile < count; ++tile) {
    const std::uint64_t offset = TIFFGetStrileOffset(handle.get(), tile);
    const std::uint64_t size = TIFFGetStrileByteCount(handle.get(), tile);
    if (size > 0 && (offset > file_size || size > file_size - offset)) {
      raise(
          ErrorKind::malformed,
          "{}: tile {} of {} bytes at byte {} reaches beyond the end of the file ({} bytes); is it "
          "truncated?",
          place(handle), tile, size, offset, file_size);
    }
  }
}

std::optional<Mpp> resolution_mpp(const TiffHandle& handle) {
  const auto unit = handle.field_or_default<std::uint16_t>(TIFFTAG_RESOLUTIONUNIT);
  const auto x = handle.field<float>(TIFFTAG_XRESOLUTION);
  const auto y = handle.field<float>(TIFFTAG_YRESOLUTION);
  if (!x || !y || *x <= 0 || *y <= 0 || (unit != RESUNIT_INCH && unit != RESUNIT_CENTIMETER)) {
    return std::nullopt;
  }
  const double micrometres = unit == RESUNIT_INCH ? 25400 : 10000;
  return Mpp{micrometres / static_cast<double>(*x), micrometres / static_cast<double>(*y)};
}

std::vector<std::uint64_t> sub_directories(const TiffHandle& handle) {
  std::uint16_t count = 0;
  const std::uint64_t* offsets = nullptr;
  if (TIFFGetField(handle.get(), TIFFTAG_SUBIFD, &count, &offsets) != 1) {
    return {};
  }
  if (count > kMaxSubDirectories) {
    raise(ErrorKind::limit_exceeded, "{}: {} SubIFDs; at most {}", place(handle), count,
          kMaxSubDirectories);
  }
  return {offsets, offsets + count};
}

}  // namespace

TiffDirectory read_directory(TiffHandle& handle) {
  TiffDirectory directory;
  directory.offset = TIFFCurrentDirOffset(handle.get());
  directory.tiled = TIFFIsTiled(handle.get()) != 0;
  directory.grid = read_grid(handle, directory.tiled);
  check_compression(handle);
  read_pixel_kind(handle, directory);
  check_tiles(handle, directory);
  handle.check();
  if (const auto text = handle.field<const char*>(TIFFTAG_IMAGEDESCRIPTION)) {
    directory.description = *text;
  }
  directory.mpp = resolution_mpp(handle);
  directory.sub_directories = sub_directories(handle);
  return directory;
}

}  // namespace galen::slide
