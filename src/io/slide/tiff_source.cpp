// TIFF and OME-TIFF through libtiff.

#include <algorithm>
#include <mutex>
#include <utility>

#include "base/raise.h"
#include "io/slide/pixel_size.h"
#include "io/slide/sources.h"
#include "io/slide/tiff_layout.h"
#include "io/slide/tiled_slide.h"

namespace galen::slide {
namespace {

/// Decodes the tiles of one directory, on as many libtiff handles as there are threads at work.
class TiffReader {
 public:
  TiffReader(std::filesystem::path path, TiffDirectory directory)
      : path_(std::move(path)), directory_(std::move(directory)) {}

  [[nodiscard]] const TiffDirectory& directory() const { return directory_; }

  /// RGB8, or null for a tile that the file does not hold. Thread-safe.
  [[nodiscard]] std::shared_ptr<const Image> decode(std::int64_t column, std::int64_t row) const {
    auto handle = take_handle();
    const auto index = static_cast<std::uint32_t>(row * directory_.grid.columns() + column);
    std::shared_ptr<const Image> tile;
    if (TIFFGetStrileByteCount(handle->get(), index) > 0) {
      tile = std::make_shared<const Image>(
          directory_.planes_apart ? decode_planes(*handle, index) : decode_samples(*handle, index));
    }
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(handle));
    return tile;
  }

 private:
  std::unique_ptr<TiffHandle> take_handle() const {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        auto handle = std::move(idle_.back());
        idle_.pop_back();
        return handle;
      }
    }
    auto handle = std::make_unique<TiffHandle>(path_);
    handle->seek(directory_.offset);
    if (directory_.jpeg_ycbcr) {
      TIFFSetField(handle->get(), TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    }
    return handle;
  }

  /// Decodes one stored tile or strip of `channels` interleaved samples.
  Image decode_block(TiffHandle& handle, std::uint32_t index, int channels) const {
    const TileGrid& grid = directory_.grid;
    const auto rows = directory_.tiled ? grid.tile_height : rows_of_strip(index);
    Image block = make_image(grid.tile_width, rows, channels);
    const auto size = static_cast<tmsize_t>(block.data.size());
    const tmsize_t read = directory_.tiled
                              ? TIFFReadEncodedTile(handle.get(), index, block.data.data(), size)
                              : TIFFReadEncodedStrip(handle.get(), index, block.data.data(), size);
    if (read != size || handle.has_error()) {
      handle.fail(fmt::format("tile {} of the level of {} x {} pixels cannot be decoded", index,
                              grid.width, grid.height));
    }
    return block;
  }

  int rows_of_strip(std::uint32_t index) const {
    const TileGrid& grid = directory_.grid;
    const std::int64_t first = index % grid.rows() * grid.tile_height;
    return static_cast<int>(std::min<std::int64_t>(grid.tile_height, grid.height - first));
  }

  Image decode_samples(TiffHandle& handle, std::uint32_t index) const {
    Image block = decode_block(handle, index, directory_.samples);
    if (directory_.samples == 3) {
      return block;
    }
    Image tile = make_image(block.width, block.height, 3);
    for (std::size_t i = 0; i < block.data.size(); ++i) {
      const std::uint8_t grey = directory_.white_is_zero ? 255 - block.data[i] : block.data[i];
      std::fill_n(tile.data.begin() + static_cast<std::ptrdiff_t>(3 * i), 3, grey);
    }
    return tile;
  }

  Image decode_planes(TiffHandle& handle, std::uint32_t index) const {
    const TileGrid& grid = directory_.grid;
    const auto tiles_per_plane = static_cast<std::uint32_t>(grid.columns() * grid.rows());
    Image tile;
    for (std::uint32_t plane = 0; plane < 3; ++plane) {
      const Image block = decode_block(handle, plane * tiles_per_plane + index, 1);
      if (plane == 0) {
        tile = make_image(block.width, block.height, 3);
      }
      for (std::size_t i = 0; i < block.data.size(); ++i) {
        tile.data[3 * i + plane] = block.data[i];
      }
    }
    return tile;
  }

  std::filesystem::path path_;
  TiffDirectory directory_;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<TiffHandle>> idle_;
};

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
      : TiledSlide(grids_of(layout.levels), choose_mpp(options, layout.mpp)),
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
  std::shared_ptr<const Image> decode_tile(std::size_t level, std::int64_t column,
                                           std::int64_t row) const override {
    return readers_[level]->decode(column, row);
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
