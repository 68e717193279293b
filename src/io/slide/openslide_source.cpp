// Vendor formats through OpenSlide.

#include <algorithm>
#include <charconv>
#include <cstring>
#include <openslide.h>
#include <string_view>
#include <tiffio.h>
#include <utility>

#include "base/checked.h"
#include "io/slide/pixel_size.h"
#include "io/slide/sources.h"
#include "io/slide/tiff_layout.h"

namespace galen::slide {
namespace {

// OpenSlide takes the memory of a whole tile unchecked, and aborts when there is none.
constexpr double kMaxTilePixels = 1 << 24;

struct CloseOpenSlide {
  void operator()(openslide_t* slide) const { openslide_close(slide); }
};
using OpenSlideHandle = std::unique_ptr<openslide_t, CloseOpenSlide>;

std::optional<double> number_property(openslide_t* slide, const std::string& name) {
  const char* text = openslide_get_property_value(slide, name.c_str());
  double value = 0;
  if (text == nullptr || std::from_chars(text, text + std::strlen(text), value).ec != std::errc{}) {
    return std::nullopt;
  }
  return value;
}

std::optional<Mpp> stated_mpp(openslide_t* slide) {
  const auto x = number_property(slide, OPENSLIDE_PROPERTY_NAME_MPP_X);
  const auto y = number_property(slide, OPENSLIDE_PROPERTY_NAME_MPP_Y);
  return x && y ? std::optional(Mpp{*x, *y}) : std::nullopt;
}

/// OpenSlide's pixels are ARGB words with premultiplied alpha; over white that is c + (255 - a).
Image over_white(const std::vector<std::uint32_t>& argb, int width, int height) {
  Image image = make_image(width, height, 3);
  std::uint8_t* out = image.data.data();
  for (const std::uint32_t word : argb) {
    const std::uint32_t gap = 255 - (word >> 24);
    for (const int shift : {16, 8, 0}) {
      *out++ =
          static_cast<std::uint8_t>(std::min<std::uint32_t>(255, ((word >> shift) & 255) + gap));
    }
  }
  return image;
}

/// Most Aperio slides are plain TIFF: our reader takes a quarter of OpenSlide's time.
bool read_by_us(std::string_view vendor, const std::filesystem::path& path) {
  return vendor == "generic-tiff" || (vendor == "aperio" && has_readable_layout(path));
}

class OpenSlideSlide final : public Slide {
 public:
  OpenSlideSlide(OpenSlideHandle handle, std::string path, const SlideOptions& options)
      : handle_(std::move(handle)), path_(std::move(path)) {
    check();
    mpp_ = choose_mpp(options, {stated_mpp(handle_.get()), {}}, path_);
    const int count = openslide_get_level_count(handle_.get());
    for (int i = 0; i < count; ++i) {
      add_level(i);
    }
  }

  std::string vendor() const override {
    return openslide_get_property_value(handle_.get(), OPENSLIDE_PROPERTY_NAME_VENDOR);
  }
  const std::vector<SlideLevel>& levels() const override { return levels_; }
  std::optional<Mpp> mpp() const override { return mpp_; }

  std::vector<std::string> associated_names() const override {
    std::vector<std::string> names;
    for (const char* const* name = openslide_get_associated_image_names(handle_.get());
         *name != nullptr; ++name) {
      names.emplace_back(*name);
    }
    return names;
  }

  Image associated_image(const std::string& name) const override {
    const auto names = associated_names();
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      raise(ErrorKind::not_found, "{}: no associated image \"{}\"", path_, name);
    }
    std::int64_t width = 0;
    std::int64_t height = 0;
    openslide_get_associated_image_dimensions(handle_.get(), name.c_str(), &width, &height);
    check();
    if (width < 1 || height < 1 || width > kMaxImageSide || height > kMaxImageSide) {
      raise(ErrorKind::limit_exceeded,
            "{}: associated image \"{}\" of {} x {} pixels; at most {} a side", path_, name, width,
            height, kMaxImageSide);
    }
    auto argb = pixel_buffer(static_cast<int>(width), static_cast<int>(height));
    openslide_read_associated_image(handle_.get(), name.c_str(), argb.data());
    check();
    return over_white(argb, static_cast<int>(width), static_cast<int>(height));
  }

  Image read_level(int level, std::int64_t x, std::int64_t y, int width,
                   int height) const override {
    if (level < 0 || static_cast<std::size_t>(level) >= levels_.size()) {
      raise(ErrorKind::invalid_argument, "level {}: the slide has levels 0 to {}", level,
            levels_.size() - 1);
    }
    auto argb = pixel_buffer(width, height);
    openslide_read_region(handle_.get(), argb.data(), x, y, level, width, height);
    check();
    return over_white(argb, width, height);
  }

 private:
  void add_level(int level) {
    SlideLevel added;
    openslide_get_level_dimensions(handle_.get(), level, &added.width, &added.height);
    added.downsample = openslide_get_level_downsample(handle_.get(), level);
    const auto tile_side = [&](std::string_view side) {
      return number_property(handle_.get(), fmt::format("openslide.level[{}].tile-{}", level, side))
          .value_or(0);
    };
    const double width = tile_side("width");
    const double height = tile_side("height");
    if (width * height > kMaxTilePixels) {
      raise(ErrorKind::limit_exceeded,
            "{}: level {} has tiles of {} x {} pixels; at most {} pixels", path_, level, width,
            height, kMaxTilePixels);
    }
    levels_.push_back(added);
  }

  /// Zeroed (transparent) words for a picture within the limits of Image.
  std::vector<std::uint32_t> pixel_buffer(int width, int height) const {
    const std::int64_t pixels = std::int64_t{width} * height;
    if (width < 1 || height < 1) {
      raise(ErrorKind::invalid_argument, "{}: a region of {} x {} pixels", path_, width, height);
    }
    if (pixels > kMaxImagePixels) {
      raise(ErrorKind::limit_exceeded, "{}: a region of {} x {} pixels; at most {} pixels", path_,
            width, height, kMaxImagePixels);
    }
    return std::vector<std::uint32_t>(static_cast<std::size_t>(pixels));
  }

  /// OpenSlide's errors stay with the handle: after one, every call fails.
  void check() const {
    if (const char* error = openslide_get_error(handle_.get())) {
      raise(ErrorKind::malformed, "{}: OpenSlide: {}", path_, error);
    }
  }

  OpenSlideHandle handle_;
  std::string path_;
  std::vector<SlideLevel> levels_;
  std::optional<Mpp> mpp_;
};

}  // namespace

std::shared_ptr<Slide> open_with_openslide(const std::filesystem::path& path,
                                           const SlideOptions& options) {
  // OpenSlide lets libtiff print its warnings to stderr.
  [[maybe_unused]] static const auto previous = TIFFSetWarningHandler(nullptr);
  const char* vendor = openslide_detect_vendor(path.c_str());
  if (vendor == nullptr || read_by_us(vendor, path)) {
    return nullptr;
  }
  OpenSlideHandle handle(openslide_open(path.c_str()));
  if (!handle) {
    raise(ErrorKind::malformed, "{}: OpenSlide cannot open this {} file", path.string(), vendor);
  }
  return std::make_shared<OpenSlideSlide>(std::move(handle), path.string(), options);
}

}  // namespace galen::slide
