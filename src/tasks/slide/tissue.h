#pragma once
// The tissue of a slide, found or given, and the files that show it.

#include <filesystem>
#include <string>

#include <galen/slide.h>

#include "vision/tissue/tissue_mask.h"

namespace galen {

struct TissueChoice {
  vision::TissueOptions options;
  std::filesystem::path mask;  ///< the user's own: GeoJSON, or a picture of the whole slide
};

/// Throws as vision::find_tissue and vision::mask_of, and what reading the mask throws.
[[nodiscard]] vision::TissueMask tissue_of(const Slide& slide, const TissueChoice& choice,
                                           const CancelToken* cancel = nullptr);

/// Writes the areas of tissue as QuPath annotations of class "Tissue" with their area, or, for a
/// name on .png, .jpg or .jpeg, the mask as a grey picture. `name` is the slide's, for identifiers.
/// Gives the number of areas, 0 for a picture.
std::size_t write_tissue(const std::filesystem::path& path, const std::string& name,
                         const Slide& slide, const vision::TissueMask& mask);

/// Square millimetres of tissue.
[[nodiscard]] double tissue_area(const vision::TissueMask& mask);

}  // namespace galen
