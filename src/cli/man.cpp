// `galen man`: manual pages in roff (man(7)) from the option table.

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fmt/ranges.h>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/raise.h"
#include "cli/exit_status.h"
#include "cli/option_table.h"
#include "cli/output.h"
#include "cli/verbs.h"

namespace galen::cli {
namespace {

struct ManOptions {
  std::vector<std::string> verb;
  std::string all;
};

std::string roff(const std::string& text) {
  std::string escaped;
  bool at_line_start = true;
  for (const char c : text) {
    if (at_line_start && (c == '.' || c == '\'')) escaped += "\\&";
    at_line_start = c == '\n';
    if (c == '\\') {
      escaped += "\\e";
    } else if (c == '-') {
      escaped += "\\-";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string remarks(const OptionRow& option) {
  std::string text = option.text + ".";
  if (!option.choices.empty()) text += fmt::format(" One of {}.", fmt::join(option.choices, ", "));
  if (!option.default_value.empty()) text += fmt::format(" Default: {}.", option.default_value);
  if (!option.environment.empty()) text += fmt::format(" Environment: {}.", option.environment);
  return text;
}

std::string options_section(const std::string& title, const VerbRow& verb) {
  std::string text = ".SH " + title + "\n";
  for (const OptionRow& option : verb.options) {
    text += fmt::format(".TP\n.B {}\n{}\n", roff(option.heading()), roff(remarks(option)));
  }
  return text;
}

std::string exit_section() {
  std::string text = ".SH EXIT STATUS\n";
  for (const ExitStatus& status : kExitStatuses) {
    text += fmt::format(".TP\n.B {}\n{}\n", status.code, roff(std::string(status.meaning)));
  }
  return text;
}

std::string see_also(const std::vector<VerbRow>& table, const VerbRow& page) {
  std::string names;
  for (const VerbRow& verb : table) {
    if (&verb == &page) continue;
    names += fmt::format("{}.BR {} (1)", names.empty() ? "" : " ,\n", roff(verb.page_name()));
  }
  return ".SH SEE ALSO\n" + names + "\n";
}

std::string man_page(const std::vector<VerbRow>& table, const VerbRow& verb) {
  std::string page = fmt::format(".TH {} 1 \"\" \"galen {}\" \"Galen manual\"\n",
                                 roff(verb.page_name()), GALEN_VERSION);
  page += fmt::format(".SH NAME\n{} \\- {}\n", roff(verb.page_name()), roff(verb.text));
  page += fmt::format(".SH SYNOPSIS\n.nf\n{}\n.fi\n", roff(verb.synopsis()));
  if (!verb.options.empty()) page += options_section("OPTIONS", verb);
  if (!verb.path.empty()) page += options_section("GLOBAL OPTIONS", table.front());
  page += exit_section();
  if (!verb.path.empty() && !verb.footer.empty()) {
    page += fmt::format(".SH EXAMPLES\n.nf\n{}.fi\n", roff(verb.footer));
  }
  return page + see_also(table, verb);
}

const VerbRow& find_verb(const std::vector<VerbRow>& table, const std::string& path) {
  for (const VerbRow& verb : table) {
    if (verb.path == path) return verb;
  }
  raise(ErrorKind::invalid_argument, "{}: no such verb; `galen --help` lists them", path);
}

int run_man(const CLI::App& app, const ManOptions& options) {
  const auto table = option_table(app);
  if (options.all.empty()) {
    print(man_page(table, find_verb(table, fmt::format("{}", fmt::join(options.verb, " ")))));
    return 0;
  }
  std::filesystem::create_directories(options.all);
  for (const VerbRow& verb : table) {
    write_file(std::filesystem::path(options.all) / (verb.page_name() + ".1"),
               man_page(table, verb));
  }
  return 0;
}

}  // namespace

void add_man(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("man", "Print manual pages in roff");
  auto options = std::make_shared<ManOptions>();
  verb->add_option("VERB", options->verb, "The verb; none = galen itself")->type_name("VERB");
  verb->add_option("--all", options->all, "Write the page of every verb into this folder")
      ->configurable(false)
      ->type_name("DIR");
  verb->footer(
      "Examples:\n  galen man info | man -l -\n  galen man --all ~/.local/share/man/man1\n");
  set_action(*verb, context, [&app, options] { return run_man(app, *options); });
}

}  // namespace galen::cli
