#pragma once

#include <span>

#include <galen/image.h>

#include "train/views/random.h"
#include "train/views/view_spec.h"

namespace galen::train {

/// All views of one RGB8 image, in the order of the recipe expanded: out[i] points to 3 x size x
/// size floats (planar, R first) that view i fills. View i draws from `random.fork(i)`, so the
/// same key gives the same views. Throws invalid_argument for other images. Thread-safe.
void draw_views(const Image& image, const Recipe& recipe, const Random& random,
                std::span<float* const> out);

/// The shortest side an image needs so that no crop of the recipe is enlarged more than at its full
/// size; 0 when every pixel counts (Crop::centre and whole, which must equal the published
/// evaluation).
[[nodiscard]] int least_side(const Recipe& recipe);

}  // namespace galen::train
