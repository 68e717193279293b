#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "train/views/view_spec.h"

namespace galen::train {

/// What an encoder file says of its input in its metadata `mean` and `std` ("0.5,0.5,0.5"); those
/// of ImageNet where it says nothing.
/// @throws Error malformed
[[nodiscard]] Normalisation read_normalisation(const std::filesystem::path& file);

/// The same as metadata, for save_encoder().
[[nodiscard]] std::map<std::string, std::string> normalisation_metadata(
    const Normalisation& normalisation);

}  // namespace galen::train
