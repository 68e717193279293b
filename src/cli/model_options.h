#pragma once

#include <galen/ask.h>

#include "cli/cli11_fwd.h"

namespace galen::cli {

/// The options of verbs that run a language model: --mmproj, --context, --kv, --gpu-layers and
/// --no-image-cache. `options` must outlive the parsing.
void add_model_options(CLI::App& verb, ModelOptions& options);

}  // namespace galen::cli
