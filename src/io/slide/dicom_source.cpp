// DICOM slides through the frame reader of io/dicom.

#include <utility>

#include "base/raise.h"
#include "io/slide/dicom_series.h"
#include "io/slide/pixel_size.h"
#include "io/slide/sources.h"
#include "io/slide/tiled_slide.h"

namespace galen::slide {
namespace {

std::vector<TileGrid> grids_of(const DicomSeries& series) {
  std::vector<TileGrid> grids;
  grids.reserve(series.levels.size());
  for (const auto& level : series.levels) {
    grids.push_back(level->grid());
  }
  return grids;
}

class DicomSlide final : public TiledSlide {
 public:
  DicomSlide(std::string path, DicomSeries series, const SlideOptions& options)
      : TiledSlide(grids_of(series), choose_mpp(options, {series.levels.front()->mpp(), {}}, path),
                   options.cache_bytes),
        path_(std::move(path)),
        series_(std::move(series)) {}

  std::string vendor() const override { return "dicom"; }

  std::vector<std::string> associated_names() const override {
    std::vector<std::string> names;
    for (const auto& [name, image] : series_.associated) {
      names.push_back(name);
    }
    return names;
  }

  Image associated_image(const std::string& name) const override {
    const auto found = series_.associated.find(name);
    if (found == series_.associated.end()) {
      raise(ErrorKind::not_found, "{}: no associated image \"{}\"", path_, name);
    }
    return compose_level(found->second->grid(), [&](std::int64_t column, std::int64_t row) {
      return found->second->decode(column, row);
    });
  }

 protected:
  std::shared_ptr<const Image> decode_tile(const TileKey& key) const override {
    return series_.levels[static_cast<std::size_t>(key.level)]->decode(key.column, key.row);
  }

 private:
  std::string path_;
  DicomSeries series_;
};

}  // namespace

std::shared_ptr<Slide> open_dicom(const std::filesystem::path& path, const SlideOptions& options) {
  auto series = read_series(path);
  return series ? std::make_shared<DicomSlide>(path.string(), std::move(*series), options)
                : nullptr;
}

}  // namespace galen::slide
