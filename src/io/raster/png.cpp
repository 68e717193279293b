#include <bit>
#include <csetjmp>
#include <cstring>
#include <png.h>

#include "base/raise.h"
#include "io/raster/codec.h"
#include "io/raster/orientation.h"
#include "io/raster/raster.h"

namespace galen::raster {
namespace {

// Text and profiles beyond this are left out by libpng.
constexpr png_alloc_size_t kMaxChunk = png_alloc_size_t{1} << 24;

/// libpng reports errors by a call that must not return: it jumps back into guarded().
struct Errors {
  std::jmp_buf jump;
  char message[128];
};

[[noreturn]] void on_error(png_structp png, png_const_charp message) {
  auto* errors = static_cast<Errors*>(png_get_error_ptr(png));
  std::strncpy(errors->message, message, sizeof(errors->message) - 1);
  std::longjmp(errors->jump, 1);
}

void on_warning(png_structp /*png*/, png_const_charp /*message*/) {}

void on_read(png_structp png, png_bytep to, std::size_t count) {
  auto* rest = static_cast<Bytes*>(png_get_io_ptr(png));
  if (rest->size() < count) png_error(png, "the file ends early");
  std::memcpy(to, rest->data(), count);
  *rest = rest->subspan(count);
}

void on_write(png_structp png, png_bytep from, std::size_t count) {
  auto* out = static_cast<std::vector<std::uint8_t>*>(png_get_io_ptr(png));
  try {
    out->insert(out->end(), from, from + count);
  } catch (const std::bad_alloc&) {  // must not pass through libpng's frames
    png_error(png, "out of memory");
  }
}

void on_flush(png_structp /*png*/) {}

/// Runs calls of libpng; `body` must hold no objects with destructors, since an error jumps out.
template <typename Body>
void guarded(Errors& errors, const std::string& name, const Body& body) {
  if (setjmp(errors.jump) == 0) {
    body();
    return;
  }
  raise(ErrorKind::malformed, "{}: PNG: {}", name, errors.message);
}

class PngReader {
 public:
  PngReader(Bytes bytes, const std::string& name)
      : name_(name), file_bytes_(bytes.size()), rest_(bytes) {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, &errors_, on_error, on_warning);
    if (png_ != nullptr) info_ = png_create_info_struct(png_);
    if (info_ == nullptr) {
      png_destroy_read_struct(&png_, nullptr, nullptr);
      throw std::bad_alloc();
    }
  }
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  Decoded read() {
    guarded(errors_, name_, [&] {
      png_set_read_fn(png_, &rest_, on_read);
      png_set_user_limits(png_, 0x7FFFFFFF, 0x7FFFFFFF);  // check_size has the limits
      png_set_chunk_malloc_max(png_, kMaxChunk);
      png_read_info(png_, info_);
    });
    const png_uint_32 width = png_get_image_width(png_, info_);
    const png_uint_32 height = png_get_image_height(png_, info_);
    check_size(width, height, file_bytes_, name_);  // before libpng takes memory for a row
    guarded(errors_, name_, [&] { ask_for_plain_samples(); });
    Decoded decoded;
    decoded.image = make_image(static_cast<int>(width), static_cast<int>(height),
                               png_get_channels(png_, info_), png_get_bit_depth(png_, info_));
    read_rows(decoded.image);
    read_metadata(decoded);
    return decoded;
  }

 private:
  /// 1, 3 or 4 channels of 8 or 16 native bits, whatever the file has.
  void ask_for_plain_samples() {
    png_set_expand(png_);
    const bool has_alpha = (png_get_color_type(png_, info_) & PNG_COLOR_MASK_ALPHA) != 0 ||
                           png_get_valid(png_, info_, PNG_INFO_tRNS) != 0;
    if (has_alpha) png_set_gray_to_rgb(png_);
    if (std::endian::native == std::endian::little) png_set_swap(png_);
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
  }

  void read_rows(Image& image) {
    std::vector<png_bytep> rows(static_cast<std::size_t>(image.height));
    const std::size_t row = image.data.size() / rows.size();
    for (std::size_t y = 0; y < rows.size(); ++y) rows[y] = image.data.data() + y * row;
    png_bytepp const first = rows.data();
    guarded(errors_, name_, [&] {
      png_read_image(png_, first);
      png_read_end(png_, info_);
    });
  }

  void read_metadata(Decoded& decoded) {
    png_bytep exif = nullptr;
    png_uint_32 exif_size = 0;
    if (png_get_eXIf_1(png_, info_, &exif_size, &exif) != 0) {
      decoded.orientation = exif_orientation({exif, exif_size});
    }
    if (png_get_valid(png_, info_, PNG_INFO_sRGB) != 0) return;
    png_charp profile_name = nullptr;
    png_bytep profile = nullptr;
    png_uint_32 profile_size = 0;
    int compression = 0;
    if (png_get_iCCP(png_, info_, &profile_name, &compression, &profile, &profile_size) != 0) {
      decoded.icc.assign(profile, profile + profile_size);
    }
  }

  const std::string& name_;
  std::size_t file_bytes_;
  Bytes rest_;
  Errors errors_{};
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
};

/// Owns libpng's write state.
struct PngWriter {
  Errors errors{};
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &errors, on_error, on_warning);
  png_infop info = png == nullptr ? nullptr : png_create_info_struct(png);
  PngWriter() = default;
  ~PngWriter() { png_destroy_write_struct(&png, &info); }
  PngWriter(const PngWriter&) = delete;
  PngWriter& operator=(const PngWriter&) = delete;
};

}  // namespace

Decoded decode_png(Bytes bytes, const std::string& name) {
  return PngReader(bytes, name).read();
}

std::vector<std::uint8_t> encode_png(const Image& image) {
  PngWriter writer;
  if (writer.info == nullptr) throw std::bad_alloc();
  const int colour = image.channels == 1   ? PNG_COLOR_TYPE_GRAY
                     : image.channels == 3 ? PNG_COLOR_TYPE_RGB
                                           : PNG_COLOR_TYPE_RGB_ALPHA;
  std::vector<std::uint8_t> out;
  const std::size_t row = image.data.size() / static_cast<std::size_t>(image.height);
  guarded(writer.errors, "image", [&] {
    png_set_write_fn(writer.png, &out, on_write, on_flush);
    png_set_IHDR(writer.png, writer.info, static_cast<png_uint_32>(image.width),
                 static_cast<png_uint_32>(image.height), image.bits, colour, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(writer.png, writer.info);
    if (image.bits == 16 && std::endian::native == std::endian::little) png_set_swap(writer.png);
    for (std::size_t y = 0; y < static_cast<std::size_t>(image.height); ++y) {
      png_write_row(writer.png, image.data.data() + y * row);
    }
    png_write_end(writer.png, writer.info);
  });
  return out;
}

}  // namespace galen::raster
