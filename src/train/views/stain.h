#pragma once

#include <galen/image.h>

#include "train/views/random.h"
#include "train/views/stain_spec.h"

namespace galen::train {

/// Changes the stain of an RGB8 picture as `spec` says (its probability apart), with what `random`
/// draws. Pictures without two stains pass Macenko's changes as they are.
void change_stain(Image& picture, const StainSpec& spec, Random& random);

}  // namespace galen::train
