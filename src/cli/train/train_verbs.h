#pragma once
// The verbs of galen-train. To add one: src/cli/train/<verb>.cpp with add_train_<verb>, its line
// here and in train_verbs.cpp, and the file in CMakeLists.txt; the style is that of cli/verbs.h.

#include <span>

#include "cli/verbs.h"

namespace galen::cli {

void add_train_contrastive(CLI::App& app, Context& context);
void add_train_finetune(CLI::App& app, Context& context);
void add_train_grpo(CLI::App& app, Context& context);
void add_train_mil(CLI::App& app, Context& context);
void add_train_polygenic(CLI::App& app, Context& context);
void add_train_probe(CLI::App& app, Context& context);
void add_train_sft(CLI::App& app, Context& context);
void add_train_ssl(CLI::App& app, Context& context);
void add_train_stain(CLI::App& app, Context& context);

/// What galen-train's main program gives to run(): `train` and the verbs about the command line.
[[nodiscard]] std::span<const AddVerb> train_verbs();

}  // namespace galen::cli
