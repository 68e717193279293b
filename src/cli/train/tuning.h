#pragma once
// Options that sft and grpo share.

#include "cli/cli11_fwd.h"
#include "train/sft/tuning_options.h"

namespace galen::cli {

/// DATA, --out, the LoRA, the tower and the optimiser. `options` must outlive the verb.
void add_tuning(CLI::App& verb, train::TuningOptions& options, std::filesystem::path& data);

}  // namespace galen::cli
