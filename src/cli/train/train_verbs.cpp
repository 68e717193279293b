#include "cli/train/train_verbs.h"

#include <CLI/CLI.hpp>
#include <array>

namespace galen::cli {
namespace {

/// Every verb below `train`, in the order of the help.
constexpr std::array<AddVerb, 9> kTrainVerbs{
    add_train_ssl,   add_train_contrastive, add_train_sft,       add_train_grpo, add_train_finetune,
    add_train_probe, add_train_mil,         add_train_polygenic, add_train_stain};

void add_train_root(CLI::App& app, Context& context) {
  auto* train = app.add_subcommand("train", "Train and adapt models");
  train->require_subcommand(1);
  for (const AddVerb add : kTrainVerbs) add(*train, context);
}

constexpr std::array<AddVerb, 4> kVerbs{add_train_root, add_completion, add_man, add_docs};

}  // namespace

std::span<const AddVerb> train_verbs() {
  return kVerbs;
}

}  // namespace galen::cli
