#pragma once

#include <galen/image.h>

namespace galen::vision {

/// Three channels of 8 bits as the serving code makes them: 16-bit samples scaled by 255 / 65535
/// and rounded, grey tripled, alpha dropped.
[[nodiscard]] Image to_rgb8(Image image);

/// Black borders that make the image square, centred; of an odd number of missing rows (columns)
/// the larger half goes below (right).
[[nodiscard]] Image pad_to_square(Image image);

}  // namespace galen::vision
