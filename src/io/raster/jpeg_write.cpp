#include <cstdlib>

#include "base/file.h"
#include "base/raise.h"
#include "io/raster/jpeg_errors.h"
#include "io/raster/raster.h"

namespace galen::raster {
namespace {

/// The stream under way; libjpeg allocates the bytes.
struct Writer {
  jpeg_compress_struct info{};
  JpegErrors errors;
  unsigned char* bytes = nullptr;
  unsigned long size = 0;

  Writer() = default;
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() {
    jpeg_destroy_compress(&info);
    std::free(bytes);
  }
};

void compress(Writer& writer, const Image& image, int quality) {
  jpeg_compress_struct& info = writer.info;
  jpeg_create_compress(&info);
  jpeg_mem_dest(&info, &writer.bytes, &writer.size);
  info.image_width = static_cast<JDIMENSION>(image.width);
  info.image_height = static_cast<JDIMENSION>(image.height);
  info.input_components = image.channels;
  info.in_color_space = image.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, quality, TRUE);
  jpeg_start_compress(&info, TRUE);
  const std::size_t row = image.data.size() / static_cast<std::size_t>(image.height);
  while (info.next_scanline < info.image_height) {
    auto* from = const_cast<JSAMPROW>(image.data.data() + info.next_scanline * row);
    jpeg_write_scanlines(&info, &from, 1);
  }
  jpeg_finish_compress(&info);
}

}  // namespace

std::string encode_jpeg(const Image& image, int quality) {
  if ((image.channels != 1 && image.channels != 3) || image.bits != 8 || quality < 1 ||
      quality > 100) {
    raise(ErrorKind::invalid_argument,
          "JPEG of {} channels of {} bits at quality {}: 1 or 3 of 8 bits, quality 1 to 100",
          image.channels, image.bits, quality);
  }
  Writer writer;
  writer.info.err = writer.errors.install();
  writer.errors.guarded("image", [&] { compress(writer, image, quality); });
  return {reinterpret_cast<const char*>(writer.bytes), writer.size};
}

void write_picture(const std::filesystem::path& path, const Image& image, int quality) {
  const std::string extension = path.extension().string();
  if (extension == ".jpg" || extension == ".jpeg") {
    write_file(path, encode_jpeg(image, quality));
  } else if (extension == ".png") {
    write_png(path, image);
  } else {
    raise(ErrorKind::invalid_argument, "{}: pictures are written as .png, .jpg or .jpeg",
          path.string());
  }
}

}  // namespace galen::raster
