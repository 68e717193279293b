#pragma once
// Defaults from outside the command line: flag over environment over TOML file over built-in
// default.

#include <filesystem>
#include <string>

#include "cli/cli11_fwd.h"
#include "cli/context.h"

namespace galen::cli {

/// Gives each option its variable: GALEN_THREADS for a global one, GALEN_ASK_MAX_TOKENS for
/// --max-tokens of `ask`. CLI11 reads them below flags.
void bind_environment(CLI::App& app);

/// Makes the values of the TOML file the defaults of `app`: top-level keys are global options,
/// tables are verbs ([ask] max-tokens = 200; [models.pull] for nested ones). The file is --config
/// among the words, else $GALEN_CONFIG, else $XDG_CONFIG_HOME/galen/config.toml, which alone may be
/// missing. Throws malformed (with the line), not_found, invalid_argument for unknown keys and bad
/// values.
/// `only_below` names the one table that this program reads; empty = all.
void load_settings(CLI::App& app, const std::string& only_below, Context& context);

/// Where the user's files for Galen lie: $XDG_CONFIG_HOME/galen, or ~/.config/galen.
[[nodiscard]] std::filesystem::path settings_folder();

/// The key of an option in the file: its long name. Empty for those that a file cannot set.
[[nodiscard]] std::string setting_key(const CLI::Option& option);

}  // namespace galen::cli
