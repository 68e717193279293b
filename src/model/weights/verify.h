#pragma once

#include <galen/cancel.h>

#include "model/profile.h"

namespace galen::model {

/// Checks that every file of a model is there, has the profile's SHA-256 and, for GGUF, a sound
/// structure with the tensors of its architecture. Throws not_found, malformed, naming the file.
void verify_model(const Profile& profile, const CancelToken* cancel = nullptr);

}  // namespace galen::model
