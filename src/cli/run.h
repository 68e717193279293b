#pragma once

#include <span>

#include "cli/verbs.h"

namespace galen::cli {

/// A program made of verbs. galen-train is one whose words all stand below `train`, so that
/// `galen train ssl` and its settings read the same in both programs.
struct Program {
  std::span<const AddVerb> verbs;
  /// The verb whose words and settings this program takes alone; empty = all.
  const char* only_below = "";
};

/// The whole program: parses, runs one verb and turns every failure into one line on standard error
/// and an exit code (exit_status.h). Installs handlers for SIGINT, SIGTERM and ignores SIGPIPE.
int run(int argc, char** argv, const Program& program);

}  // namespace galen::cli
