#pragma once

#include <string>

#include <galen/input.h>

#include "base/json.h"

namespace galen::cli {

/// What `galen info` says about an input: path, kind ("image", "dicom", "volume", "slide",
/// "record", "text"), then the fields of that kind. Unknown values are null. Holds no name and no
/// identifier of a patient.
[[nodiscard]] OrderedJson describe(const Input& input);

/// The same as lines of text, indented under the path.
[[nodiscard]] std::string description_text(const OrderedJson& description);

}  // namespace galen::cli
