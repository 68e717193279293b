#pragma once

#include <memory>

#include <galen/ask.h>

#include "engine/engine.h"

namespace galen::tasks {

/// The engine of the model that `options` names. Throws not_found, invalid_argument, out_of_memory;
/// unsupported for a model without a language model.
[[nodiscard]] std::unique_ptr<engine::Engine> load_engine(const ModelOptions& options);

}  // namespace galen::tasks
