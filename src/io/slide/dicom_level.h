#pragma once
// One level of a DICOM slide: where each tile is among the frames of its instances.

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <galen/geometry.h>

#include "io/dicom/frames.h"
#include "io/slide/tile_grid.h"

namespace galen::slide {

/// The instances of one Total Pixel Matrix (PS3.3 C.8.12.4): one, or the parts of a concatenation.
/// Of several focal planes or optical paths the first is shown. Thread-safe.
class DicomLevel {
 public:
  using Part = std::shared_ptr<const dicom::FrameReader>;

  /// Throws malformed, unsupported, limit_exceeded.
  explicit DicomLevel(std::vector<Part> parts);

  [[nodiscard]] const TileGrid& grid() const { return grid_; }
  /// From PixelSpacing; not checked for plausibility.
  [[nodiscard]] std::optional<Mpp> mpp() const;
  /// RGB8 pixels of a tile; null where the slide was not scanned.
  [[nodiscard]] std::shared_ptr<const Image> decode(std::int64_t column, std::int64_t row) const;

 private:
  struct Place {
    std::int32_t part = -1;  ///< -1: no frame
    std::int32_t frame = 0;
  };

  void place_in_order();
  void place_by_position();
  void place(std::int64_t cell, std::size_t part, int frame);

  std::vector<Part> parts_;
  TileGrid grid_;
  std::vector<Place> places_;  // row-major over the grid
};

}  // namespace galen::slide
