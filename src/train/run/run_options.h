#pragma once

#include <filesystem>
#include <string>

#include "base/json.h"

namespace galen::train {

/// A run goes on only with the options it began with. `begun` are those in the checkpoint's facts,
/// `now` those of this command: flat objects.
/// @throws Error invalid_argument naming the first option that differs, and what to do.
void require_same_options(const Json& begun, const Json& now,
                          const std::filesystem::path& run_folder);

/// @throws Error unsupported, naming the verb, when torchrun's WORLD_SIZE asks for several
/// processes:
///         they would write into each other's run.
void require_one_process(const std::string& verb);

}  // namespace galen::train
