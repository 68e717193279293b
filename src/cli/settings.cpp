#include "cli/settings.h"

#define TOML_HEADER_ONLY 1
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string_view>
#include <toml++/toml.h>

#include "base/file.h"
#include "base/raise.h"

namespace galen::cli {
namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{1} << 20;
constexpr std::string_view kJoined = "--config=";

struct SettingsFile {
  std::filesystem::path path;
  bool is_named = false;  ///< by the user, so it must exist
};

std::optional<std::string> config_argument(const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--") break;
    if (words[i].starts_with(kJoined)) return words[i].substr(kJoined.size());
    if (words[i] == "--config" && i + 1 < words.size()) return words[i + 1];
  }
  return std::nullopt;
}

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

SettingsFile find_file(const std::vector<std::string>& words) {
  if (const auto named = config_argument(words)) return {*named, true};
  if (const std::string named = environment("GALEN_CONFIG"); !named.empty()) return {named, true};
  return {settings_folder() / "config.toml", false};
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    if (c == '-') return '_';
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return text;
}

void bind_options(CLI::App& app, const std::string& prefix) {
  for (CLI::Option* option : app.get_options({})) {
    const std::string key = setting_key(*option);
    if (!key.empty()) option->envname(prefix + upper(key));
  }
  for (CLI::App* verb : app.get_subcommands({})) {
    bind_options(*verb, prefix + upper(verb->get_name()) + "_");
  }
}

/// Scalars as CLI11 reads them, arrays as its "[a,b]".
std::string value_text(const toml::node& node, const std::string& where) {
  if (const auto* value = node.as_string()) return value->get();
  if (const auto* value = node.as_integer()) return std::to_string(value->get());
  if (const auto* value = node.as_floating_point()) return fmt::format("{}", value->get());
  if (const auto* value = node.as_boolean()) return value->get() ? "true" : "false";
  if (const auto* array = node.as_array()) {
    std::string text;
    for (const toml::node& item : *array)
      text += (text.empty() ? "" : ",") + value_text(item, where);
    return "[" + text + "]";
  }
  raise(ErrorKind::invalid_argument, "{}: must be a text, number, true, false or a list of these",
        where);
}

CLI::Option& find_option(CLI::App& app, const std::string& key, const std::string& where) {
  for (CLI::Option* option : app.get_options({})) {
    if (setting_key(*option) == key) return *option;
  }
  raise(ErrorKind::invalid_argument, "{}: no such option; `galen config` lists them", where);
}

void apply(CLI::App& app, const toml::table& table, const std::string& file,
           const std::string& prefix, Context& context) {
  for (const auto& [name, node] : table) {
    const std::string key(name.str());
    const std::string where = fmt::format("{}: {}{}", file, prefix, key);
    const auto verbs = app.get_subcommands([&](const CLI::App* v) { return v->get_name() == key; });
    if (const auto* inner = node.as_table(); inner != nullptr && !verbs.empty()) {
      // A verb that only hands its words on has its options in another program.
      if (verbs.front()->get_prefix_command()) continue;
      apply(*verbs.front(), *inner, file, prefix + key + ".", context);
      continue;
    }
    const std::string value = value_text(node, where);
    try {
      find_option(app, key, where).default_val(value);
    } catch (const CLI::Error& error) {
      raise(ErrorKind::invalid_argument, "{}: {}", where, error.what());
    }
    context.from_file[prefix + key] = value;
  }
}

void drop_other_tables(toml::table& table, const std::string& kept) {
  for (auto at = table.begin(); at != table.end();) {
    at = at->second.is_table() && at->first.str() != kept ? table.erase(at) : std::next(at);
  }
}

}  // namespace

std::filesystem::path settings_folder() {
  std::filesystem::path folder = environment("XDG_CONFIG_HOME");
  if (folder.empty()) folder = std::filesystem::path(environment("HOME")) / ".config";
  return folder / "galen";
}

std::string setting_key(const CLI::Option& option) {
  const bool is_setting = option.get_configurable() && !option.get_lnames().empty();
  return is_setting ? option.get_lnames().front() : "";
}

void bind_environment(CLI::App& app) {
  bind_options(app, "GALEN_");
}

void load_settings(CLI::App& app, const std::string& only_below, Context& context) {
  const SettingsFile file = find_file(context.words);
  if (!file.is_named && !std::filesystem::exists(file.path)) return;
  const std::string text = read_file(file.path, kMaxFileBytes);
  try {
    toml::table table = toml::parse(text);
    if (!only_below.empty()) drop_other_tables(table, only_below);
    apply(app, table, file.path.string(), "", context);
  } catch (const toml::parse_error& error) {
    raise(ErrorKind::malformed, "{}: line {}: {}", file.path.string(), error.source().begin.line,
          error.description());
  }
}

}  // namespace galen::cli
