#pragma once
// The one table of verbs and options, read off the CLI11 tree: completion, man pages, docs/cli.md
// and `galen config` are made from it.

#include <string>
#include <vector>

#include "cli/cli11_fwd.h"

namespace galen::cli {

struct OptionRow {
  std::vector<std::string> names;  ///< "-t", "--threads"; the bare name for a positional
  std::string value;               ///< "FILE", "N"; empty for a flag
  std::vector<std::string> choices;
  std::string text;
  std::string environment;    ///< "GALEN_THREADS", or empty
  std::string key;            ///< in the TOML file, or empty
  std::string default_value;  ///< as text; empty when there is none
  bool is_positional = false;
  bool is_required = false;
  bool is_repeatable = false;

  /// "-t, --threads N".
  [[nodiscard]] std::string heading() const;
};

struct VerbRow {
  std::string path;  ///< "", "info", "models pull"
  std::string text;
  std::string footer;  ///< examples, or the exit codes for the root
  std::vector<OptionRow> options;
  std::vector<std::string> verbs;  ///< names of the verbs below

  /// "galen info [OPTIONS] INPUT...".
  [[nodiscard]] std::string synopsis() const;
  /// "galen-info", the name of its man page.
  [[nodiscard]] std::string page_name() const;
};

/// The root first, then every verb, depth first. --help is left out.
[[nodiscard]] std::vector<VerbRow> option_table(const CLI::App& root);

}  // namespace galen::cli
