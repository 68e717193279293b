#include <algorithm>
#include <cstdlib>
#include <memory>

#include "base/raise.h"
#include "io/raster/codec.h"
#include "io/raster/jpeg_errors.h"
#include "io/raster/orientation.h"

namespace galen::raster {
namespace {

constexpr int kExifMarker = JPEG_APP0 + 1;
constexpr int kIccMarker = JPEG_APP0 + 2;
// A progressive file of a few bytes can ask for any number of passes over the whole picture.
constexpr int kMaxScans = 500;

void on_progress(j_common_ptr info) {
  const auto* decompress = reinterpret_cast<j_decompress_ptr>(info);
  if (decompress->input_scan_number > kMaxScans) fail_jpeg(info, JERR_BAD_PROGRESSION);
}

class JpegReader {
 public:
  explicit JpegReader(const std::string& name) : name_(name) {
    info_.err = errors_.install();
    guarded([&] { jpeg_create_decompress(&info_); });
    progress_.progress_monitor = on_progress;
    info_.progress = &progress_;
  }
  ~JpegReader() { jpeg_destroy_decompress(&info_); }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;

  Decoded read(Bytes bytes, int min_side) {
    guarded([&] {
      jpeg_mem_src(&info_, bytes.data(), bytes.size());
      jpeg_save_markers(&info_, kExifMarker, 0xFFFF);
      jpeg_save_markers(&info_, kIccMarker, 0xFFFF);
      jpeg_read_header(&info_, TRUE);
    });
    Decoded decoded;
    choose_colours(decoded);
    check_size(info_.image_width, info_.image_height, bytes.size(), name_);
    choose_size(min_side);
    decoded.image = make_image(static_cast<int>(info_.output_width),
                               static_cast<int>(info_.output_height), info_.out_color_components);
    read_metadata(decoded);
    read_rows(decoded.image);
    if (decoded.model == ColourModel::cmyk && info_.saw_Adobe_marker) {
      for (std::uint8_t& ink : decoded.image.data) ink = static_cast<std::uint8_t>(255 - ink);
    }
    return decoded;
  }

 private:
  template <typename Body>
  void guarded(const Body& body) {
    errors_.guarded(name_, body);
  }

  void choose_colours(Decoded& decoded) {
    switch (info_.jpeg_color_space) {
      case JCS_GRAYSCALE:
        info_.out_color_space = JCS_GRAYSCALE;
        info_.out_color_components = 1;
        break;
      case JCS_CMYK:
      case JCS_YCCK:
        decoded.model = ColourModel::cmyk;
        info_.out_color_space = JCS_CMYK;
        info_.out_color_components = 4;
        break;
      case JCS_RGB:
      case JCS_YCbCr:
        info_.out_color_space = JCS_RGB;
        info_.out_color_components = 3;
        break;
      default:
        raise(ErrorKind::unsupported, "{}: JPEG of {} components", name_, info_.num_components);
    }
  }

  void choose_size(int min_side) {
    const unsigned side = std::min(info_.image_width, info_.image_height);
    unsigned divisor = 1;
    while (min_side > 0 && divisor < 8 && side / (2 * divisor) >= static_cast<unsigned>(min_side)) {
      divisor *= 2;
    }
    info_.scale_num = 1;
    info_.scale_denom = divisor;
    guarded([&] { jpeg_calc_output_dimensions(&info_); });
  }

  void read_metadata(Decoded& decoded) {
    for (const jpeg_marker_struct* m = info_.marker_list; m != nullptr; m = m->next) {
      if (m->marker != kExifMarker) continue;
      decoded.orientation = exif_orientation({m->data, m->data_length});
      if (decoded.orientation != 1) break;  // APP1 holds XMP as well
    }
    JOCTET* profile = nullptr;
    unsigned size = 0;
    guarded([&] { jpeg_read_icc_profile(&info_, &profile, &size); });
    const std::unique_ptr<JOCTET, decltype(&std::free)> owner(profile, std::free);
    decoded.icc.assign(profile, profile + size);
  }

  void read_rows(Image& image) {
    std::uint8_t* const pixels = image.data.data();
    const std::size_t row = image.data.size() / static_cast<std::size_t>(image.height);
    guarded([&] {
      jpeg_start_decompress(&info_);
      while (info_.output_scanline < info_.output_height) {
        JSAMPROW to = pixels + info_.output_scanline * row;
        jpeg_read_scanlines(&info_, &to, 1);
      }
      jpeg_finish_decompress(&info_);
    });
  }

  const std::string& name_;
  jpeg_decompress_struct info_{};
  jpeg_progress_mgr progress_{};
  JpegErrors errors_;
};

}  // namespace

Decoded decode_jpeg(Bytes bytes, const std::string& name, int min_side) {
  return JpegReader(name).read(bytes, min_side);
}

}  // namespace galen::raster
