// `galen config`: the value of every option in effect, and where it comes from.

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <fmt/core.h>
#include <string>

#include "cli/option_table.h"
#include "cli/output.h"
#include "cli/verbs.h"

namespace galen::cli {
namespace {

struct Setting {
  std::string value;
  std::string source;  ///< "flag", "environment", "file" or "default"
};

const char* environment_of(const OptionRow& option) {
  const char* const value = std::getenv(option.environment.c_str());
  return value == nullptr || *value == '\0' ? nullptr : value;
}

/// Global flags have been parsed; those of other verbs cannot stand beside `config`.
Setting setting_of(const OptionRow& row, const CLI::Option* option, const std::string& key,
                   const Context& context) {
  const char* const variable = environment_of(row);
  if (option != nullptr && option->count() > 0) {
    const std::string value = option->as<std::string>();
    return {value, variable != nullptr && value == variable ? "environment" : "flag"};
  }
  if (variable != nullptr) return {variable, "environment"};
  if (const auto found = context.from_file.find(key); found != context.from_file.end()) {
    return {found->second, "file"};
  }
  return {row.value.empty() && row.default_value.empty() ? "false" : row.default_value, "default"};
}

std::string prefix_of(const std::string& path) {
  std::string prefix = path;
  for (char& c : prefix) {
    if (c == ' ') c = '.';
  }
  return prefix.empty() ? "" : prefix + ".";
}

int run_config(const CLI::App& app, const Context& context) {
  OrderedJson json = OrderedJson::object();
  std::string text;
  for (const VerbRow& verb : option_table(app)) {
    for (const OptionRow& row : verb.options) {
      if (row.key.empty()) continue;
      const std::string key = prefix_of(verb.path) + row.key;
      const CLI::Option* option = verb.path.empty() ? app.get_option(row.names.back()) : nullptr;
      const Setting setting = setting_of(row, option, key, context);
      json[key] = {{"value", setting.value}, {"source", setting.source}};
      text += fmt::format("{:<28} {:<20} {}\n", key, setting.value.empty() ? "-" : setting.value,
                          setting.source);
    }
  }
  if (context.json) {
    print_json(json);
  } else {
    print(text);
  }
  return 0;
}

}  // namespace

void add_config(CLI::App& app, Context& context) {
  auto* verb =
      app.add_subcommand("config", "Show the value of every option and where it comes from");
  set_action(*verb, context, [&app, &context] { return run_config(app, context); });
}

}  // namespace galen::cli
