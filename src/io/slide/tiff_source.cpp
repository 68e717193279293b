// TIFF and OME-TIFF through libtiff.

#include <utility>

#include "base/raise.h"
#include "io/slide/pixel_size.h"
#include "io/slide/sources.h"
#include "io/slide/tiff_layout.h"
#include "io/slide/tiff_reader.h"
#include "io/slide/tiled_slide.h"

namespace galen::slide {
namespace {

std::vector<TileGrid> grids_of(const std::vector<TiffDirectory>& directories) {
  std::vector<TileGrid> grids;
  grids.reserve(directories.size());
  for (const TiffDirectory& directory : directories) {
    grids.push_back(directory.grid);
  }
  return grids;
}

class TiffSlide final : public TiledSlide {
 public:
  TiffSlide(const std::filesystem::path& path, const TiffLayout& layout,
            const SlideOptions& options)
      : TiledSlide(grids_of(layout.levels), choose_mpp(options, layout.mpp, path.string()),
                   options.cache_bytes),
        path_(path),
        vendor_(layout.vendor),
        associated_(layout.associated) {
    for (const TiffDirectory& directory : layout.levels) {
      readers_.push_back(std::make_unique<TiffReader>(path, directory));
    }
  }

  std::string vendor() const override { return vendor_; }

  std::vector<std::string> associated_names() const override {
    std::vector<std::string> names;
    for (const auto& [name, directory] : associated_) {
      names.push_back(name);
    }
    return names;
  }

  Image associated_image(const std::string& name) const override {
    const auto found = associated_.find(name);
    if (found == associated_.end()) {
      raise(ErrorKind::not_found, "{}: no associated image \"{}\"", path_.string(), name);
    }
    const TiffReader reader(path_, found->second);
    return compose_level(found->second.grid, [&](std::int64_t column, std::int64_t row) {
      return reader.decode(column, row);
    });
  }

 protected:
  std::shared_ptr<const Image> decode_tile(const TileKey& key) const override {
    return readers_[static_cast<std::size_t>(key.level)]->decode(key.column, key.row,
                                                                 key.reduction);
  }
  bool shrinks(int level) const override {
    return readers_[static_cast<std::size_t>(level)]->shrinks();
  }

 private:
  std::filesystem::path path_;
  std::string vendor_;
  std::map<std::string, TiffDirectory> associated_;
  std::vector<std::unique_ptr<TiffReader>> readers_;
};

}  // namespace

std::shared_ptr<Slide> open_tiff(const std::filesystem::path& path, const SlideOptions& options) {
  return is_tiff(path) ? std::make_shared<TiffSlide>(path, read_layout(path), options) : nullptr;
}

}  // namespace galen::slide
