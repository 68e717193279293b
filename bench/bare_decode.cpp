#include "bench/bare_decode.h"

#include <cstdio>
#include <fmt/core.h>
#include <jpeglib.h>
#include <memory>
#include <thread>
#include <tiffio.h>

#include <galen/error.h>

namespace galen::bench {
namespace {

void set_source(jpeg_decompress_struct& info, const std::string& bytes) {
  jpeg_mem_src(&info, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

/// Every `stride`th tile.
void decode_some(const StoredTiles& tiles, int reduction, std::size_t first, std::size_t stride) {
  jpeg_decompress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&info);
  std::vector<unsigned char> pixels;
  for (std::size_t i = first; i < tiles.streams.size(); i += stride) {
    if (!tiles.tables.empty()) {
      set_source(info, tiles.tables);
      jpeg_read_header(&info, FALSE);
    }
    set_source(info, tiles.streams[i]);
    jpeg_read_header(&info, TRUE);
    info.out_color_space = JCS_RGB;
    info.scale_num = 1;
    info.scale_denom = static_cast<unsigned>(reduction);
    jpeg_start_decompress(&info);
    const std::size_t row = std::size_t{3} * info.output_width;
    pixels.resize(row * info.output_height);
    while (info.output_scanline < info.output_height) {
      JSAMPROW to = pixels.data() + row * info.output_scanline;
      jpeg_read_scanlines(&info, &to, 1);
    }
    jpeg_finish_decompress(&info);
  }
  jpeg_destroy_decompress(&info);
}

}  // namespace

StoredTiles read_stored_tiles(const std::filesystem::path& path, std::int64_t level_width,
                              std::int64_t width, std::int64_t height) {
  const std::unique_ptr<TIFF, void (*)(TIFF*)> tiff(TIFFOpen(path.c_str(), "r"), TIFFClose);
  std::uint32_t found = 0;
  while (tiff && TIFFGetField(tiff.get(), TIFFTAG_IMAGEWIDTH, &found) == 1 &&
         (found != level_width || TIFFIsTiled(tiff.get()) == 0)) {
    if (TIFFReadDirectory(tiff.get()) != 1) found = 0;
  }
  if (!tiff || found != level_width) {
    throw Error(ErrorKind::not_found,
                fmt::format("{}: no TIFF level of that width", path.string()));
  }
  std::uint32_t side_x = 0;
  std::uint32_t side_y = 0;
  TIFFGetField(tiff.get(), TIFFTAG_TILEWIDTH, &side_x);
  TIFFGetField(tiff.get(), TIFFTAG_TILELENGTH, &side_y);
  StoredTiles tiles;
  std::uint32_t size = 0;
  const char* tables = nullptr;
  if (TIFFGetField(tiff.get(), TIFFTAG_JPEGTABLES, &size, &tables) == 1) {
    tiles.tables.assign(tables, size);
  }
  for (std::uint32_t y = 0; y < height; y += side_y) {
    for (std::uint32_t x = 0; x < width; x += side_x) {
      const std::uint32_t tile = TIFFComputeTile(tiff.get(), x, y, 0, 0);
      std::string& stream = tiles.streams.emplace_back(TIFFGetStrileByteCount(tiff.get(), tile), 0);
      TIFFReadRawTile(tiff.get(), tile, stream.data(), static_cast<tmsize_t>(stream.size()));
    }
  }
  return tiles;
}

void decode_bare(const StoredTiles& tiles, int reduction, int threads) {
  std::vector<std::jthread> workers;
  for (int i = 0; i < threads; ++i) {
    workers.emplace_back([&tiles, reduction, i, threads] {
      decode_some(tiles, reduction, static_cast<std::size_t>(i), static_cast<std::size_t>(threads));
    });
  }
}

}  // namespace galen::bench
