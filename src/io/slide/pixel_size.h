#pragma once
// Which pixel sizes are believed.

#include <optional>

#include <galen/slide.h>

namespace galen::slide {

/// Whether a microscope could have such pixels: finite, 0 < mpp <= 100, and x / y within 2 / 3 .. 3
/// / 2.
[[nodiscard]] bool plausible(const Mpp& mpp);

/// The slide's pixel size: the user's, else the file's, else none. A file that states an
/// implausible size (72 dpi is 353 um) says nothing. Throws invalid_argument, naming --mpp, when
/// the user's own is implausible.
[[nodiscard]] std::optional<Mpp> choose_mpp(const SlideOptions& options, std::optional<Mpp> stated);

}  // namespace galen::slide
