// `galen docs`: docs/cli.md from the option table.

#include <CLI/CLI.hpp>
#include <fmt/ranges.h>
#include <string>

#include "cli/exit_status.h"
#include "cli/option_table.h"
#include "cli/output.h"
#include "cli/verbs.h"

namespace galen::cli {
namespace {

std::string cell(std::string text) {
  for (std::size_t at = text.find('|'); at != std::string::npos; at = text.find('|', at + 2)) {
    text.insert(at, "\\");
  }
  return text;
}

std::string code(const std::string& text) {
  return text.empty() ? "" : "`" + text + "`";
}

std::string option_rows(const VerbRow& verb) {
  if (verb.options.empty()) return "";
  std::string text = "| option | meaning | default | environment |\n|---|---|---|---|\n";
  for (const OptionRow& option : verb.options) {
    std::string meaning = option.text;
    if (!option.choices.empty()) meaning += fmt::format(" ({})", fmt::join(option.choices, ", "));
    text += fmt::format("| {} | {} | {} | {} |\n", code(option.heading()), cell(meaning),
                        code(option.default_value), code(option.environment));
  }
  return text + "\n";
}

std::string verb_section(const VerbRow& verb) {
  std::string text =
      fmt::format("## galen {}\n\n{}.\n\n    {}\n\n", verb.path, verb.text, verb.synopsis());
  text += option_rows(verb);
  if (!verb.footer.empty()) text += "```\n" + verb.footer + "```\n\n";
  return text;
}

std::string markdown(const CLI::App& app) {
  const auto table = option_table(app);
  std::string text =
      "# The command line\n\n"
      "Made by `galen docs`; do not edit. A flag wins over its environment variable, that over the "
      "TOML "
      "file (`--config`, by default `$XDG_CONFIG_HOME/galen/config.toml`), that over the default. "
      "In the "
      "file, global options stand at the top and those of a verb in a table of its name:\n\n"
      "```toml\nthreads = 4\n\n[info]\nmpp = 0.25\n```\n\n"
      "`galen config` shows every value in effect and where it comes from.\n\n"
      "## Global options\n\n";
  text += option_rows(table.front());
  text += "## Exit codes\n\n| code | meaning |\n|---|---|\n";
  for (const ExitStatus& status : kExitStatuses)
    text += fmt::format("| {} | {} |\n", status.code, status.meaning);
  text += "\n";
  for (const VerbRow& verb : table) {
    if (!verb.path.empty()) text += verb_section(verb);
  }
  text.pop_back();
  return text;
}

}  // namespace

void add_docs(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("docs", "Print docs/cli.md, the reference of the command line");
  set_action(*verb, context, [&app] {
    print(markdown(app));
    return 0;
  });
}

}  // namespace galen::cli
