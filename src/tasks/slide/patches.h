#pragma once
// Which patches a slide is cut into, and the files that say so.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <galen/slide.h>

#include "io/store/patches.h"
#include "tasks/slide/tissue.h"
#include "vision/tiling/tissue_patches.h"

namespace galen {

/// A grid over the whole slide, anchored at its corner.
struct PatchGrid {
  int size = 768;           ///< pixels
  double mpp = 1.0;         ///< micrometres a pixel; the slide's true ones decide what is read
  int overlap = 0;          ///< pixels, less than `size`
  double min_tissue = 0.1;  ///< share of a patch; 0 keeps every cell of the grid
};

struct PatchPlan {
  std::string name;  ///< of the slide, without folder and extension
  PatchGrid grid;
  std::int64_t width = 0;   ///< of the slide, level-0 pixels
  std::int64_t height = 0;  ///< of the slide, level-0 pixels
  Mpp mpp;                  ///< of the slide
  double tissue_fraction = 0;
  double tissue_area = 0;              ///< square millimetres
  int threshold = 0;                   ///< saturation; 0: the mask was given
  std::size_t cells = 0;               ///< of the grid, with and without tissue
  std::vector<vision::Patch> patches;  ///< row by row, left to right
};

/// Throws invalid_argument for a bad grid, one finer than the slide, or a slide without pixel size.
[[nodiscard]] PatchPlan plan_patches(const std::string& name, const Slide& slide,
                                     const vision::TissueMask& mask, const PatchGrid& grid);

/// Corners in whole level-0 pixels, (x, y) after (x, y): rounded each by itself, so that errors do
/// not add up over the slide.
[[nodiscard]] std::vector<std::int64_t> level0_coords(const PatchPlan& plan);

/// The attributes that TRIDENT keeps with `coords`, and the exact sizes that its whole numbers
/// cannot hold.
[[nodiscard]] std::map<std::string, store::Attribute> coords_attributes(const PatchPlan& plan);

/// HDF5 with `coords` alone, as TRIDENT's files of patches. Throws io, permission, not_found.
void write_coords(const std::filesystem::path& path, const PatchPlan& plan);

/// JSON: slide, grid, tissue, and [x, y, tissue] of each patch; written as it goes. Same errors.
void write_manifest(const std::filesystem::path& path, const PatchPlan& plan);

/// TRIDENT's name for the folder of a grid: "10x_768px_0px_overlap".
[[nodiscard]] std::string grid_folder(const PatchGrid& grid);

}  // namespace galen
