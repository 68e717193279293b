#pragma once

#include <string>

#include <galen/image.h>

#include "io/raster/codec.h"

namespace galen::raster {

/// The image in sRGB: through its ICC profile where it has a usable one that is not sRGB already
/// (a grey image stays grey, on sRGB's tone curve), CMYK without one by the plain formula. A
/// damaged profile, or one for other channels, is left out with a warning that names `name`.
[[nodiscard]] Image to_srgb(Decoded decoded, const std::string& name);

}  // namespace galen::raster
