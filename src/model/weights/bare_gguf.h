#pragma once
// A profile for GGUF files that came without one: llama.cpp's own, taken as they are.

#include <filesystem>

#include "model/profile.h"

namespace galen::model {

/// The profile of a decoder GGUF (architecture gemma3), with its mmproj: `mmproj`, or the only
/// "mmproj*.gguf" beside it; or of a SigLIP GGUF with "tokenizer.model" beside it. Throws
/// malformed, unsupported (another architecture), invalid_argument (several mmproj files and none
/// named).
[[nodiscard]] Profile profile_of_gguf(const std::filesystem::path& gguf,
                                      const std::filesystem::path& mmproj);

}  // namespace galen::model
