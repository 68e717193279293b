#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

#include <galen/image.h>

#include "io/slide/tiff_directory.h"
#include "io/slide/tiff_handle.h"

namespace galen::slide {

/// Decodes the tiles of one directory, on as many libtiff handles as there are threads at work.
class TiffReader {
 public:
  TiffReader(std::filesystem::path path, TiffDirectory directory);

  /// RGB8 at 1/reduction of the tile's size, or null for a tile that the file does not hold.
  /// Reductions above 1 need shrinks(). Thread-safe. Throws malformed.
  [[nodiscard]] std::shared_ptr<const Image> decode(std::int64_t column, std::int64_t row,
                                                    int reduction = 1) const;
  /// Whether the tiles are JPEG streams that libjpeg decodes smaller.
  [[nodiscard]] bool shrinks() const;

 private:
  [[nodiscard]] std::unique_ptr<TiffHandle> take_handle() const;
  [[nodiscard]] int rows_of(std::uint32_t index) const;
  [[nodiscard]] Image decode_block(TiffHandle& handle, std::uint32_t index, int channels) const;
  [[nodiscard]] std::vector<std::uint8_t> read_stream(TiffHandle& handle,
                                                      std::uint32_t index) const;
  [[nodiscard]] Image decode_jpeg(TiffHandle& handle, std::uint32_t index, int reduction) const;
  [[nodiscard]] Image decode_jpeg_2000(TiffHandle& handle, std::uint32_t index) const;
  [[nodiscard]] Image decode_samples(TiffHandle& handle, std::uint32_t index) const;
  [[nodiscard]] Image decode_planes(TiffHandle& handle, std::uint32_t index) const;

  std::filesystem::path path_;
  TiffDirectory directory_;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<TiffHandle>> idle_;
};

}  // namespace galen::slide
