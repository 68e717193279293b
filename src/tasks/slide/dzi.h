#pragma once
// A slide as a Deep Zoom picture (.dzi), which OpenSeadragon and others show in a browser.

#include <filesystem>
#include <functional>
#include <string>

#include <galen/cancel.h>
#include <galen/slide.h>

#include "tasks/slide/pictures.h"
#include "vision/tissue/tissue_mask.h"

namespace galen {

struct DziOptions {
  int tile_size = 254;  ///< pixels without the overlap
  int overlap = 1;      ///< pixels shared with each neighbour
  int quality = 80;     ///< of JPEG; 0: PNG
  double mpp = 0;       ///< of the finest level, micrometres a pixel; 0: the slide's own
  int threads = 0;      ///< 0 = all cores
};

/// Writes NAME.dzi and the tiles NAME_files/LEVEL/COLUMN_ROW.jpg, from 1 x 1 pixel (level 0) to the
/// finest; the tissue is outlined where there is a mask. The .dzi appears when all tiles are there.
/// Gives the number of tiles. Throws invalid_argument for bad options or a name not on .dzi; io,
/// permission, cancelled.
std::size_t write_dzi(const std::filesystem::path& path, const Slide& slide,
                      const vision::TissueMask* mask, const DziOptions& options,
                      const CancelToken& cancel);

/// Draws into a tile; called by several threads at once.
using PaintTile = std::function<void(Image& tile, const PicturePlace& place)>;

/// The same with tiles that `paint` has drawn into.
std::size_t write_painted_dzi(const std::filesystem::path& path, const Slide& slide,
                              const PaintTile& paint, const DziOptions& options,
                              const CancelToken& cancel);

}  // namespace galen
