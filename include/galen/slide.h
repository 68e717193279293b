#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <galen/error.h>
#include <galen/geometry.h>
#include <galen/image.h>

namespace galen {

/// One resolution of a pyramid. Level 0 is the finest.
struct SlideLevel {
  std::int64_t width = 0;
  std::int64_t height = 0;
  double downsample = 1;  ///< level-0 pixels per pixel of this level
};

/// A whole-slide image. All members may be called from several threads at once.
class Slide {
 public:
  virtual ~Slide() = default;

  [[nodiscard]] virtual std::string vendor() const = 0;  ///< "aperio", "dicom", "ome-tiff" ...
  [[nodiscard]] virtual const std::vector<SlideLevel>& levels() const = 0;
  /// Micrometres per level-0 pixel; empty when the file does not say.
  [[nodiscard]] virtual std::optional<Mpp> mpp() const = 0;
  [[nodiscard]] virtual std::vector<std::string> associated_names() const = 0;
  /// "label", "macro", "thumbnail" ... Throws not_found.
  [[nodiscard]] virtual Image associated_image(const std::string& name) const = 0;
  /// RGB8 pixels of one level; (x, y) are level-0 pixels of the top-left corner, width and height
  /// are pixels of that level. What lies outside the slide, or was not scanned, is white.
  [[nodiscard]] virtual Image read_level(int level, std::int64_t x, std::int64_t y, int width,
                                         int height) const = 0;

  /// How far the decoder itself can shrink a level, at a fraction of the cost of all its pixels: 1,
  /// 2, 4 or 8 times in x and y (JPEG tiles by a scaled inverse DCT).
  [[nodiscard]] virtual int max_reduction(int /*level*/) const { return 1; }
  /// As read_level, of the level shrunk `reduction` times (a power of two up to max_reduction);
  /// width and height are pixels of the shrunk level. Close to a mean of squares of pixels, not
  /// equal. Throws invalid_argument for other reductions.
  [[nodiscard]] virtual Image read_reduced(int level, int reduction, std::int64_t x, std::int64_t y,
                                           int width, int height) const {
    if (reduction != 1) {
      throw Error(ErrorKind::invalid_argument, "this slide's decoder cannot shrink its levels");
    }
    return read_level(level, x, y, width, height);
  }
};

struct SlideOptions {
  /// Takes the place of the file's own mpp; for files that have none or a wrong one.
  std::optional<Mpp> mpp;
  /// Of decoded tiles that are kept; OpenSlide's formats keep 32 MiB of their own. A band of
  /// 256-pixel tiles across a 50,000-pixel slide is 38 MB.
  std::size_t cache_bytes = std::size_t{128} << 20;
};

/// Opens a slide: a file of OpenSlide's formats, TIFF, OME-TIFF or DICOM, or a folder with one
/// DICOM series. A DICOM file brings the other levels of its series that lie beside it. Throws
/// not_found, unsupported, malformed, limit_exceeded; invalid_argument, naming --mpp, for a wrong
/// options.mpp, and for a folder of several series.
[[nodiscard]] std::shared_ptr<Slide> open_slide(const std::filesystem::path& path,
                                                const SlideOptions& options = {});

/// How much finer than the slide was scanned a region may be asked for: scanners called 20X have up
/// to 0.52 um pixels, not 0.5.
inline constexpr double kMaxUpsampling = 1.05;

/// Where a region's pixels come from: stored levels only, or also levels that the decoder shrinks,
/// which is several times as fast where no stored level is near, and changes pixels by about a grey
/// level.
enum class Decoding { exact, scaled };

/// RGB8 region of `width` x `height` pixels at `mpp`, top-left at level-0 pixel (x, y): read from
/// the nearest finer level, then resized once (Pillow's bilinear). White outside the slide. Throws
/// invalid_argument, naming --mpp, when the slide has no mpp, and when `mpp` is finer than the
/// slide's by more than kMaxUpsampling: no pixels are invented.
[[nodiscard]] Image read_region(const Slide& slide, double x, double y, int width, int height,
                                Mpp mpp, Decoding decoding = Decoding::exact);

}  // namespace galen
