#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <galen/geometry.h>

#include "io/slide/tiff_handle.h"
#include "io/slide/tile_grid.h"

namespace galen::slide {

/// What one TIFF directory says, checked: its pixels are of a kind that TiffReader decodes and all
/// its tiles lie inside the file.
struct TiffDirectory {
  std::uint64_t offset = 0;  ///< of the directory in the file
  TileGrid grid;             ///< a strip is a tile as wide as the image
  bool tiled = false;
  bool planes_apart = false;   ///< PlanarConfiguration 2: a tile per sample
  int samples = 0;             ///< 1 grey or 3 RGB
  bool white_is_zero = false;  ///< PhotometricInterpretation 0
  bool jpeg = false;           ///< JPEG streams, their tables apart
  bool jpeg_ycbcr = false;     ///< to be turned into RGB by the JPEG decoder
  bool jpeg_2000 = false;      ///< of the samples as they are: RGB or grey
  std::string description;     ///< ImageDescription
  std::optional<Mpp> mpp;      ///< from the resolution tags; not checked for plausibility
  std::vector<std::uint64_t> sub_directories;  ///< SubIFDs: offsets
};

/// Reads the directory that `handle` stands at. Throws malformed, unsupported, limit_exceeded.
[[nodiscard]] TiffDirectory read_directory(TiffHandle& handle);

}  // namespace galen::slide
