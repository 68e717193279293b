#pragma once
// Macenko's two stains (ISBI 2009), as TIAToolbox finds, normalises and augments them.

#include <optional>

#include <galen/image.h>

#include "train/views/stain_spec.h"

namespace galen::train {

/// The stains of an RGB8 picture: the directions of the 1st and 99th percentile of angle in the
/// plane of the tissue's two main axes of optical density, haematoxylin first, and the 99th
/// percentile of their amounts over all pixels. Tissue is what is darker than 0.8 in LAB after the
/// contrast was stretched to the 2nd and 98th percentile. None where there is too little tissue or
/// but one stain.
[[nodiscard]] std::optional<StainTarget> find_stains(const Image& rgb);

/// Paints the picture with the stains of `target`. False, and nothing changed, without stains.
bool normalise_stains(Image& rgb, const StainTarget& target);

/// Amounts of both stains times `alpha` plus `beta`, where there is tissue (darker than 0.85).
/// False, and nothing changed, without stains.
bool augment_stains(Image& rgb, double alpha, double beta);

}  // namespace galen::train
