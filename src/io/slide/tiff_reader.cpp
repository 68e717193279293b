#include "io/slide/tiff_reader.h"

#include <algorithm>
#include <utility>

#include "base/raise.h"
#include "io/dicom/codecs.h"
#include "io/raster/jpeg_tile.h"

namespace galen::slide {
namespace {

constexpr std::uint64_t kMaxStreamBytes = std::uint64_t{256} << 20;

Image grey_to_rgb(const Image& grey, bool white_is_zero) {
  Image rgb = make_image(grey.width, grey.height, 3);
  for (std::size_t i = 0; i < grey.data.size(); ++i) {
    const std::uint8_t value = white_is_zero ? 255 - grey.data[i] : grey.data[i];
    std::fill_n(rgb.data.begin() + static_cast<std::ptrdiff_t>(3 * i), 3, value);
  }
  return rgb;
}

std::string undecodable(std::uint32_t index, const TileGrid& grid) {
  return fmt::format("tile {} of the level of {} x {} pixels cannot be decoded", index, grid.width,
                     grid.height);
}

}  // namespace

TiffReader::TiffReader(std::filesystem::path path, TiffDirectory directory)
    : path_(std::move(path)), directory_(std::move(directory)) {}

bool TiffReader::shrinks() const {
  return directory_.jpeg && directory_.tiled && !directory_.planes_apart;
}

std::shared_ptr<const Image> TiffReader::decode(std::int64_t column, std::int64_t row,
                                                int reduction) const {
  auto handle = take_handle();
  const auto index = static_cast<std::uint32_t>(row * directory_.grid.columns() + column);
  std::shared_ptr<const Image> tile;
  if (TIFFGetStrileByteCount(handle->get(), index) > 0) {
    tile =
        std::make_shared<const Image>(shrinks() ? decode_jpeg(*handle, index, reduction)
                                      : directory_.planes_apart ? decode_planes(*handle, index)
                                                                : decode_samples(*handle, index));
  }
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(handle));
  return tile;
}

std::unique_ptr<TiffHandle> TiffReader::take_handle() const {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      auto handle = std::move(idle_.back());
      idle_.pop_back();
      return handle;
    }
  }
  auto handle = std::make_unique<TiffHandle>(path_);
  handle->seek(directory_.offset);
  if (directory_.jpeg_ycbcr) {
    TIFFSetField(handle->get(), TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
  }
  return handle;
}

/// The last strip of an image may be lower than the others; tiles are all alike.
int TiffReader::rows_of(std::uint32_t index) const {
  const TileGrid& grid = directory_.grid;
  const std::int64_t first = index % grid.rows() * grid.tile_height;
  return directory_.tiled
             ? grid.tile_height
             : static_cast<int>(std::min<std::int64_t>(grid.tile_height, grid.height - first));
}

/// Decodes one stored tile or strip of `channels` interleaved samples.
Image TiffReader::decode_block(TiffHandle& handle, std::uint32_t index, int channels) const {
  Image block = make_image(directory_.grid.tile_width, rows_of(index), channels);
  const auto size = static_cast<tmsize_t>(block.data.size());
  const tmsize_t read = directory_.tiled
                            ? TIFFReadEncodedTile(handle.get(), index, block.data.data(), size)
                            : TIFFReadEncodedStrip(handle.get(), index, block.data.data(), size);
  if (read != size || handle.has_error()) {
    handle.fail(undecodable(index, directory_.grid));
  }
  return block;
}

/// The bytes of a tile or strip as they are stored.
std::vector<std::uint8_t> TiffReader::read_stream(TiffHandle& handle, std::uint32_t index) const {
  const std::uint64_t stored = TIFFGetStrileByteCount(handle.get(), index);
  if (stored > kMaxStreamBytes) {
    raise(ErrorKind::limit_exceeded, "{}: tile {} of {} bytes; at most {}", path_.string(), index,
          stored, kMaxStreamBytes);
  }
  std::vector<std::uint8_t> stream(stored);
  const auto size = static_cast<tmsize_t>(stored);
  const tmsize_t read = directory_.tiled
                            ? TIFFReadRawTile(handle.get(), index, stream.data(), size)
                            : TIFFReadRawStrip(handle.get(), index, stream.data(), size);
  if (read != size) {
    handle.fail(undecodable(index, directory_.grid));
  }
  return stream;
}

/// Straight to libjpeg, which decodes to a half, a quarter or an eighth at a fraction of the cost;
/// libtiff gives the same pixels at full size.
Image TiffReader::decode_jpeg(TiffHandle& handle, std::uint32_t index, int reduction) const {
  const std::vector<std::uint8_t> stream = read_stream(handle, index);
  std::uint32_t size = 0;
  const std::uint8_t* tables = nullptr;
  TIFFGetField(handle.get(), TIFFTAG_JPEGTABLES, &size, &tables);
  const raster::JpegTile tile{.width = directory_.grid.tile_width,
                              .height = directory_.grid.tile_height,
                              .channels = directory_.samples,
                              .is_ycbcr = directory_.jpeg_ycbcr,
                              .reduction = reduction};
  const std::string where =
      fmt::format("{}: {}", path_.string(), undecodable(index, directory_.grid));
  Image block = raster::decode_jpeg_tile({tables, size}, stream, tile, where);
  if (block.channels == 3) return block;
  return grey_to_rgb(block, directory_.white_is_zero);
}

/// libtiff has no JPEG 2000: the stream goes to the decoder of DICOM frames.
Image TiffReader::decode_jpeg_2000(TiffHandle& handle, std::uint32_t index) const {
  const std::vector<std::uint8_t> stream = read_stream(handle, index);
  const std::string where = fmt::format("{}: tile {}", path_.string(), index);
  Image block = make_image(directory_.grid.tile_width, rows_of(index), directory_.samples);
  dicom::CodedFrame frame =
      dicom::decode_jpeg_2000(stream, {block.width, block.height, block.channels, 8}, where);
  if (frame.bytes_per_sample != 1 || frame.planar || frame.data.size() != block.data.size()) {
    raise(ErrorKind::unsupported, "{}: JPEG 2000 samples of {} bytes; slides have 8 bits", where,
          frame.bytes_per_sample);
  }
  block.data = std::move(frame.data);
  return block;
}

Image TiffReader::decode_samples(TiffHandle& handle, std::uint32_t index) const {
  Image block = directory_.jpeg_2000 ? decode_jpeg_2000(handle, index)
                                     : decode_block(handle, index, directory_.samples);
  return directory_.samples == 3 ? block : grey_to_rgb(block, directory_.white_is_zero);
}

Image TiffReader::decode_planes(TiffHandle& handle, std::uint32_t index) const {
  const TileGrid& grid = directory_.grid;
  const auto tiles_per_plane = static_cast<std::uint32_t>(grid.columns() * grid.rows());
  Image tile = make_image(grid.tile_width, rows_of(index), 3);
  for (std::uint32_t plane = 0; plane < 3; ++plane) {
    const Image block = decode_block(handle, plane * tiles_per_plane + index, 1);
    for (std::size_t i = 0; i < block.data.size(); ++i) {
      tile.data[3 * i + plane] = block.data[i];
    }
  }
  return tile;
}

}  // namespace galen::slide
