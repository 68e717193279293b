#pragma once

#include <map>
#include <string>

#include "model/profile.h"

namespace galen::tasks {

/// SHA-256 of the model's weight files by name: the profile's, or computed where it states none.
[[nodiscard]] std::map<std::string, std::string> model_digests(const model::Profile& profile);

}  // namespace galen::tasks
