// `galen completion SHELL`: completion scripts from the option table.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/ranges.h>
#include <string>
#include <vector>

#include "cli/option_table.h"
#include "cli/output.h"
#include "cli/verbs.h"

namespace galen::cli {
namespace {

/// "/models/pull" of "models pull".
std::string slashed(std::string path) {
  std::replace(path.begin(), path.end(), ' ', '/');
  return path.empty() ? "" : "/" + path;
}

/// `text` inside single quotes of a shell; inside brackets of zsh, ':' and ']' must go too.
std::string quoted(std::string text) {
  std::replace_if(
      text.begin(), text.end(),
      [](char c) { return c == '\'' || c == '[' || c == ']' || c == ':'; }, ' ');
  return "'" + text + "'";
}

std::string joined_paths(const std::vector<VerbRow>& table) {
  std::string all;
  for (const VerbRow& verb : table) {
    if (!verb.path.empty()) all += (all.empty() ? "" : "|") + slashed(verb.path);
  }
  return all;
}

/// Sets `verb` to the slashed path of the verbs typed so far; `words` is the shell's expression for
/// them.
std::string find_verb(const std::vector<VerbRow>& table, const std::string& words) {
  return fmt::format(
      "  local verb= word\n"
      "  for word in {}; do\n"
      "    case \"$verb/$word\" in\n"
      "      {}) verb=\"$verb/$word\" ;;\n"
      "    esac\n"
      "  done\n",
      words, joined_paths(table));
}

std::string option_names(const VerbRow& verb) {
  std::vector<std::string> names;
  for (const OptionRow& option : verb.options) {
    if (!option.is_positional) names.insert(names.end(), option.names.begin(), option.names.end());
  }
  return fmt::format("{}", fmt::join(names, " "));
}

/// What may stand at a place where no option does.
std::string plain_words(const VerbRow& verb) {
  std::vector<std::string> words = verb.verbs;
  for (const OptionRow& option : verb.options) {
    if (option.is_positional)
      words.insert(words.end(), option.choices.begin(), option.choices.end());
  }
  return fmt::format("{}", fmt::join(words, " "));
}

std::string bash_script(const std::vector<VerbRow>& table) {
  std::string cases;
  for (const VerbRow& verb : table) {
    cases += fmt::format("    '{}') plain='{}' options='{}' ;;\n", slashed(verb.path),
                         plain_words(verb), option_names(verb));
  }
  return "# bash completion of galen; made by `galen completion bash`\n"
         "_galen() {\n" +
         find_verb(table, "\"${COMP_WORDS[@]:1:COMP_CWORD-1}\"") +
         "  local plain options global='--help " + option_names(table.front()) +
         "'\n"
         "  case \"$verb\" in\n" +
         cases +
         "  esac\n"
         "  local current=\"${COMP_WORDS[COMP_CWORD]}\"\n"
         "  [[ $current == -* ]] && plain=\"$options $global\"\n"
         "  COMPREPLY=($(compgen -W \"$plain\" -- \"$current\"))\n"
         "}\n"
         "complete -o default -F _galen galen\n";
}

std::string zsh_option(const OptionRow& option) {
  std::string action;
  if (!option.value.empty()) {
    action = fmt::format(":{}:", option.value);
    if (!option.choices.empty()) action += fmt::format("({})", fmt::join(option.choices, " "));
    if (option.choices.empty()) action += option.value == "DIR" ? "_files -/" : "_files";
  }
  if (option.is_positional) return fmt::format(" '{}{}'", option.is_repeatable ? "*" : "", action);
  std::string specs;
  for (const std::string& name : option.names) {
    const std::string text = quoted(option.text);
    specs += fmt::format(" '{}[{}]{}'", name, text.substr(1, text.size() - 2), action);
  }
  return specs;
}

std::string zsh_script(const std::vector<VerbRow>& table) {
  std::string cases;
  for (const VerbRow& verb : table) {
    std::string specs;
    for (const OptionRow& option : verb.options) specs += zsh_option(option);
    if (!verb.verbs.empty()) specs += fmt::format(" '1:verb:({})'", fmt::join(verb.verbs, " "));
    cases +=
        fmt::format("    '{}') _arguments -S{} '*::input:_files' ;;\n", slashed(verb.path), specs);
  }
  return "#compdef galen\n# zsh completion of galen; made by `galen completion zsh`\n_galen() {\n" +
         find_verb(table, "${words[2,CURRENT-1]}") + "  case \"$verb\" in\n" + cases +
         "  esac\n}\n" + "_galen \"$@\"\n";
}

/// The condition under which fish offers what belongs to `verb`.
std::string fish_condition(const VerbRow& verb) {
  if (verb.path.empty()) return "__fish_use_subcommand";
  std::string condition;
  for (const std::string& word : CLI::detail::split(verb.path, ' ')) {
    condition += (condition.empty() ? "" : "; and ") + ("__fish_seen_subcommand_from " + word);
  }
  return condition;
}

std::string fish_option(const VerbRow& verb, const OptionRow& option) {
  std::string line = "complete -c galen";
  // Global options may stand after any verb.
  if (!verb.path.empty()) line += " -n '" + fish_condition(verb) + "'";
  for (const std::string& name : option.names) {
    line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  if (!option.value.empty()) line += " -r";
  if (!option.choices.empty()) line += fmt::format(" -f -a '{}'", fmt::join(option.choices, " "));
  return line + " -d " + quoted(option.text) + "\n";
}

std::string fish_script(const std::vector<VerbRow>& table) {
  std::string script = "# fish completion of galen; made by `galen completion fish`\n";
  for (const VerbRow& verb : table) {
    for (const VerbRow& below : table) {
      const bool is_below =
          std::any_of(verb.verbs.begin(), verb.verbs.end(), [&](const std::string& name) {
            return below.path == (verb.path.empty() ? name : verb.path + " " + name);
          });
      if (!is_below) continue;
      script += fmt::format("complete -c galen -n '{}' -f -a {} -d {}\n", fish_condition(verb),
                            below.path.substr(below.path.rfind(' ') + 1), quoted(below.text));
    }
    for (const OptionRow& option : verb.options) {
      if (!option.is_positional) script += fish_option(verb, option);
    }
  }
  return script;
}

}  // namespace

void add_completion(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("completion", "Print the completion script of a shell");
  auto shell = std::make_shared<std::string>();
  verb->add_option("SHELL", *shell, "The shell")
      ->required()
      ->type_name("SHELL")
      ->check(CLI::IsMember({"bash", "fish", "zsh"}));
  verb->footer(
      "Example:\n  galen completion bash > ~/.local/share/bash-completion/completions/galen\n");
  set_action(*verb, context, [&app, shell] {
    const auto table = option_table(app);
    print(*shell == "bash"  ? bash_script(table)
          : *shell == "zsh" ? zsh_script(table)
                            : fish_script(table));
    return 0;
  });
}

}  // namespace galen::cli
