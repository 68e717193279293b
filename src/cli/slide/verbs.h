#pragma once
// The verbs below `galen slide` that have files of their own.

#include "cli/cli11_fwd.h"
#include "cli/context.h"

namespace galen::cli {

void add_tissue(CLI::App& slide, Context& context);
void add_tile(CLI::App& slide, Context& context);
void add_overlay(CLI::App& slide, Context& context);
void add_dzi(CLI::App& slide, Context& context);
void add_predict(CLI::App& slide, Context& context);
void add_pool(CLI::App& slide, Context& context);

}  // namespace galen::cli
