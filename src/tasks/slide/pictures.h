#pragma once
// A slide as a picture, with its tissue and patches drawn in.

#include <cstdint>
#include <vector>

#include <galen/image.h>
#include <galen/slide.h>

#include "vision/tissue/tissue_mask.h"

namespace galen {

/// Where a picture lies on its slide: corner in level-0 pixels, and level-0 pixels a pixel.
struct PicturePlace {
  double x = 0;
  double y = 0;
  double scale = 1;
};

/// Draws the border of the tissue, `thickness` pixels wide and inside it, into an RGB8 picture.
void draw_outline(Image& picture, const PicturePlace& place, const Slide& slide,
                  const vision::TissueMask& mask, int thickness);

/// Level-0 pixels.
struct PatchBox {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;
};

/// Draws the borders of patches, one pixel wide.
void draw_boxes(Image& picture, const PicturePlace& place, const std::vector<PatchBox>& boxes);

/// The slide with a longer side of at most `side` pixels, its tissue outlined where there is a mask
/// and patches boxed.
[[nodiscard]] Image overlay(const Slide& slide, int side, const vision::TissueMask* mask,
                            const std::vector<PatchBox>& boxes = {});

}  // namespace galen
