#include "cli/option_table.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/ranges.h>

#include "cli/settings.h"

namespace galen::cli {
namespace {

/// CLI11 writes the choices of CLI::IsMember into the type name: "SHELL:{bash,zsh,fish}".
std::vector<std::string> choices_in(const std::string& type) {
  const std::size_t begin = type.find(":{");
  const std::size_t end = type.find('}', begin == std::string::npos ? 0 : begin);
  if (begin == std::string::npos || end == std::string::npos) return {};
  return CLI::detail::split(type.substr(begin + 2, end - begin - 2), ',');
}

OptionRow row_of(const CLI::Option& option) {
  OptionRow row;
  row.is_positional = option.get_positional();
  for (const std::string& name : option.get_snames()) row.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) row.names.push_back("--" + name);
  if (row.is_positional) row.names = {option.get_name(true, false)};
  const std::string type = option.get_type_size() == 0 ? "" : option.get_type_name();
  row.value = type.substr(0, type.find(':'));
  row.choices = choices_in(type);
  row.text = option.get_description();
  row.environment = option.get_envname();
  row.key = setting_key(option);
  row.default_value = option.get_default_str() == "[]" ? "" : option.get_default_str();
  row.is_required = option.get_required();
  row.is_repeatable = option.get_expected_max() > 1 && option.get_type_size() != 0;
  return row;
}

void add_rows(const CLI::App& app, const std::string& path, std::vector<VerbRow>& table) {
  VerbRow row{path, app.get_description(), app.get_footer(), {}, {}};
  for (const CLI::Option* option : app.get_options({})) {
    if (option != app.get_help_ptr()) row.options.push_back(row_of(*option));
  }
  const auto verbs = app.get_subcommands([](const CLI::App*) { return true; });
  for (const CLI::App* verb : verbs) row.verbs.push_back(verb->get_name());
  table.push_back(std::move(row));
  for (const CLI::App* verb : verbs) {
    add_rows(*verb, path.empty() ? verb->get_name() : path + " " + verb->get_name(), table);
  }
}

}  // namespace

std::string OptionRow::heading() const {
  const bool shows_value = !is_positional && !value.empty();
  return fmt::format("{}{}{}", fmt::join(names, ", "), shows_value ? " " + value : "",
                     is_repeatable ? "..." : "");
}

std::string VerbRow::synopsis() const {
  std::string line = "galen" + (path.empty() ? "" : " " + path) + " [OPTIONS]";
  for (const OptionRow& option : options) {
    if (!option.is_positional) continue;
    const std::string name = option.names.front() + (option.is_repeatable ? "..." : "");
    line += option.is_required ? " " + name : " [" + name + "]";
  }
  return verbs.empty() ? line : line + " VERB";
}

std::string VerbRow::page_name() const {
  std::string name = path.empty() ? "galen" : "galen-" + path;
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

std::vector<VerbRow> option_table(const CLI::App& root) {
  std::vector<VerbRow> table;
  add_rows(root, "", table);
  return table;
}

}  // namespace galen::cli
