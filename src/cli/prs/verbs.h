#pragma once
// The verbs below `galen prs` that have files of their own.

#include "cli/cli11_fwd.h"
#include "cli/context.h"

namespace galen::cli {

void add_prs_score(CLI::App& prs, Context& context);
void add_prs_match(CLI::App& prs, Context& context);
void add_prs_clump(CLI::App& prs, Context& context);
void add_prs_image(CLI::App& prs, Context& context);
void add_prs_predict(CLI::App& prs, Context& context);
void add_prs_simulate(CLI::App& prs, Context& context);

}  // namespace galen::cli
