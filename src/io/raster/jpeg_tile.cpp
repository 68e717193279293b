#include "io/raster/jpeg_tile.h"

#include "base/raise.h"
#include "io/raster/jpeg_errors.h"

namespace galen::raster {
namespace {

// Some scanners restart at every row of blocks; a progressive stream of a few bytes can ask for any
// number of passes over the tile.
constexpr int kMaxScans = 100;

/// libjpeg's decoder, closed at the end of the tile.
struct Decoder {
  jpeg_decompress_struct info{};
  JpegErrors errors;
  jpeg_progress_mgr progress{};

  Decoder() = default;
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  ~Decoder() { jpeg_destroy_decompress(&info); }
};

void on_progress(j_common_ptr info) {
  const auto* decompress = reinterpret_cast<j_decompress_ptr>(info);
  if (decompress->input_scan_number > kMaxScans) fail_jpeg(info, JERR_BAD_PROGRESSION);
}

void read_headers(jpeg_decompress_struct& info, std::span<const std::uint8_t> tables,
                  std::span<const std::uint8_t> stream) {
  if (!tables.empty()) {
    jpeg_mem_src(&info, tables.data(), tables.size());
    jpeg_read_header(&info, FALSE);
  }
  jpeg_mem_src(&info, stream.data(), stream.size());
  jpeg_read_header(&info, TRUE);
}

void choose_output(jpeg_decompress_struct& info, const JpegTile& tile) {
  const J_COLOR_SPACE colours = tile.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  info.jpeg_color_space = tile.channels == 3 && tile.is_ycbcr ? JCS_YCbCr : colours;
  info.out_color_space = colours;
  info.scale_num = 1;
  info.scale_denom = static_cast<unsigned>(tile.reduction);
}

void read_rows(jpeg_decompress_struct& info, Image& image) {
  const std::size_t row = image.data.size() / static_cast<std::size_t>(image.height);
  while (info.output_scanline < info.output_height) {
    JSAMPROW to = image.data.data() + info.output_scanline * row;
    jpeg_read_scanlines(&info, &to, 1);
  }
  jpeg_finish_decompress(&info);
}

}  // namespace

Image decode_jpeg_tile(std::span<const std::uint8_t> tables, std::span<const std::uint8_t> stream,
                       const JpegTile& tile, const std::string& name) {
  Image image =
      make_image(tile.width / tile.reduction, tile.height / tile.reduction, tile.channels);
  Decoder decoder;
  jpeg_decompress_struct& info = decoder.info;
  info.err = decoder.errors.install();
  decoder.progress.progress_monitor = on_progress;
  decoder.errors.guarded(name, [&] {
    jpeg_create_decompress(&info);
    info.progress = &decoder.progress;
    read_headers(info, tables, stream);
  });
  if (info.image_width != static_cast<unsigned>(tile.width) ||
      info.image_height != static_cast<unsigned>(tile.height) ||
      info.num_components != tile.channels) {
    raise(ErrorKind::malformed, "{}: JPEG of {} x {} pixels, {} channels; {} x {}, {} are wanted",
          name, info.image_width, info.image_height, info.num_components, tile.width, tile.height,
          tile.channels);
  }
  choose_output(info, tile);
  decoder.errors.guarded(name, [&] { jpeg_start_decompress(&info); });
  if (info.output_width != static_cast<unsigned>(image.width) ||
      info.output_height != static_cast<unsigned>(image.height)) {
    raise(ErrorKind::invalid_argument, "{}: tiles of {} x {} pixels cannot be shrunk {} times",
          name, tile.width, tile.height, tile.reduction);
  }
  decoder.errors.guarded(name, [&] { read_rows(info, image); });
  return image;
}

}  // namespace galen::raster
