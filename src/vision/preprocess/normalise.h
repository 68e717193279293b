#pragma once

#include <span>
#include <vector>

#include <galen/image.h>

namespace galen::vision {

/// The pixels of a batch as a vision tower takes them: images x 3 x S x S, planar RGB, x / 255,
/// then (x - 0.5) / 0.5, so -1 .. 1. All images must be RGB8 of one square size, else
/// invalid_argument.
[[nodiscard]] std::vector<float> normalise(std::span<const Image> images);

}  // namespace galen::vision
