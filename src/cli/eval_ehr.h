#pragma once
// The verbs below `galen eval` that are about records and consultations.

#include "cli/cli11_fwd.h"
#include "cli/context.h"

namespace galen::cli {

void add_eval_ehrqa(CLI::App& parent, Context& context);
void add_eval_agentclinic(CLI::App& parent, Context& context);

}  // namespace galen::cli
