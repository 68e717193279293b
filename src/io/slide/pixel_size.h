#pragma once
// Which pixel sizes are believed.

#include <optional>
#include <string>

#include <galen/slide.h>

namespace galen::slide {

/// Whether a microscope could have such pixels: finite, 0 < mpp <= 100, and x / y within 2 / 3 .. 3
/// / 2.
[[nodiscard]] bool plausible(const Mpp& mpp);

/// What a file says about its pixel size.
struct StatedMpp {
  std::optional<Mpp> metadata;  ///< the format's own metadata
  std::optional<Mpp> tags;      ///< TIFF's resolution tags
};

/// The slide's pixel size: the user's, else the file's, else none. A file that states an
/// implausible size (72 dpi is 353 um) says nothing; one that states two sizes of a microscope
/// which differ by more than 5 % contradicts itself and is not believed, with a warning that names
/// `file`. Throws invalid_argument, naming --mpp, when the user's own is implausible.
[[nodiscard]] std::optional<Mpp> choose_mpp(const SlideOptions& options, const StatedMpp& stated,
                                            const std::string& file);

}  // namespace galen::slide
