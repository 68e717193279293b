#pragma once
// Boxes in a model's answer, in the format of MedGemma's localisation notebook (spec A6).

#include <string_view>
#include <vector>

#include <galen/ask.h>

namespace galen::tasks {

/// Reads the JSON list after the last "Final Answer:" (or the last ```json block): objects with
/// "box_2d" [y0, x0, y1, x1] in 0 .. 1000 of the image padded to a square, and "label". Boxes come
/// back in pixels of the unpadded width x height image, cut at its borders; entries that are not
/// boxes, and boxes outside the image, are left out.
[[nodiscard]] std::vector<Box> parse_boxes(std::string_view answer, int width, int height);

}  // namespace galen::tasks
