// `galen train WORDS...` runs galen-train, so that only training needs libtorch.

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <unistd.h>
#include <vector>

#include "base/file.h"
#include "base/raise.h"
#include "cli/verbs.h"

namespace galen::cli {
namespace {

std::filesystem::path trainer() {
  const auto beside = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "galen-train";
  if (!std::filesystem::exists(beside)) {
    raise(ErrorKind::unsupported,
          "train: this installation has no galen-train beside galen; `make train` builds it");
  }
  return beside;
}

/// libtorch's OpenMP threads wait for each other by spinning, by default for milliseconds: on a
/// machine that does anything else that costs most of the run (measured: five sixths). The library
/// reads this before main(), so it is set for galen-train from here.
void limit_spinning() {
  ::setenv("GOMP_SPINCOUNT", "1000", 0);
}

/// Gives the process to galen-train: all words but `train` itself, at `verb`.
[[noreturn]] void hand_over(std::vector<std::string> words, std::size_t verb) {
  const std::string program = trainer().string();
  words.erase(words.begin() + static_cast<std::ptrdiff_t>(verb));
  std::vector<char*> arguments{const_cast<char*>(program.c_str())};
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  limit_spinning();
  ::execv(program.c_str(), arguments.data());
  raise_system_error(errno, program, "run");
}

}  // namespace

void add_train(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand(
      "train", "Train and adapt models: ssl, contrastive, finetune, probe, mil, sft, grpo");
  verb->prefix_command();
  // Every word after it, --help too, is for galen-train.
  verb->set_help_flag();
  verb->fallthrough(false);
  set_action(*verb, context, [verb, &context]() -> int {
    hand_over(context.words, context.words.size() - verb->remaining().size() - 1);
  });
}

}  // namespace galen::cli
