#pragma once

#include <span>
#include <string>

#include <galen/image.h>
#include <galen/input.h>

namespace galen::vision {

/// A located structure in pixels of a picture, x to the right, y down.
struct LabelledBox {
  double x0 = 0;
  double y0 = 0;
  double x1 = 0;
  double y1 = 0;
  std::string label;
};

/// The picture that boxes refer to, RGB8 at its own size: the first image or DICOM instance among
/// the inputs. Throws invalid_argument when there is none.
[[nodiscard]] Image located_picture(std::span<const Input> inputs);

/// Draws the outline of each box into an RGB8 picture, inside the box, cut at the picture's
/// borders. Boxes of one label share a colour. Throws invalid_argument for other pictures.
void draw_boxes(Image& picture, std::span<const LabelledBox> boxes);

}  // namespace galen::vision
