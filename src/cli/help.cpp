#include "cli/help.h"

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <string>

namespace galen::cli {
namespace {

class HelpFormatter : public CLI::Formatter {
 public:
  HelpFormatter() {
    label("SUBCOMMAND", "VERB");
    label("Positionals", "Arguments");
    column_width(32);
  }

  std::string make_option_opts(const CLI::Option* option) const override {
    if (option->get_positional()) return option->get_expected_max() > 1 ? "..." : "";
    if (option->get_type_size() == 0) return "";
    const std::string type = option->get_type_name();
    return " " + type.substr(0, type.find(':')) + (option->get_expected_max() > 1 ? "..." : "");
  }

  std::string make_option_desc(const CLI::Option* option) const override {
    std::string text = option->get_description();
    const std::string value = option->get_default_str();
    if (option->get_type_size() != 0 && !value.empty() && value != "[]")
      text += fmt::format(" [{}]", value);
    return option->get_envname().empty() ? text
                                         : fmt::format("{} (${})", text, option->get_envname());
  }
};

}  // namespace

std::shared_ptr<CLI::FormatterBase> make_help_formatter() {
  return std::make_shared<HelpFormatter>();
}

}  // namespace galen::cli
