#include <array>
#include <filesystem>

#include <galen/slide.h>

#include "base/raise.h"
#include "io/slide/sources.h"

namespace galen {
namespace {

// The first that knows the file opens it. Vendor formats come before plain TIFF: most of them are
// TIFF files with rules of their own.
constexpr std::array kSources = {slide::open_dicom, slide::open_with_openslide, slide::open_tiff};

}  // namespace

std::shared_ptr<Slide> open_slide(const std::filesystem::path& path, const SlideOptions& options) {
  if (std::error_code ignored; !std::filesystem::exists(path, ignored)) {
    raise(ErrorKind::not_found, "{}: no such file or folder", path.string());
  }
  for (const slide::OpenSource open : kSources) {
    if (auto slide = open(path, options)) {
      return slide;
    }
  }
  raise(ErrorKind::unsupported,
        "{}: not a whole-slide image that Galen reads (OpenSlide's formats, DICOM, TIFF, OME-TIFF)",
        path.string());
}

}  // namespace galen
