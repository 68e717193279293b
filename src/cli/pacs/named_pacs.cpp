#include <CLI/CLI.hpp>
#include <cstdlib>
#include <toml++/toml.h>

#include "base/raise.h"
#include "cli/pacs/verbs.h"
#include "cli/settings.h"

namespace galen::cli {
namespace {

namespace fs = std::filesystem;

std::string variable(const std::string& name) {
  const char* value = name.empty() ? nullptr : std::getenv(name.c_str());
  return value == nullptr ? std::string() : std::string(value);
}

toml::table read_entry(const std::string& name) {
  const fs::path file = settings_folder() / "pacs.toml";
  if (!fs::exists(file)) {
    raise(
        ErrorKind::not_found,
        "{}: no address (dicom://AET@host:port, https://host/dicom-web), and no file {} with names",
        name, file.string());
  }
  try {
    const toml::table all = toml::parse_file(file.string());
    const toml::table* entry = all[name].as_table();
    if (entry == nullptr) raise(ErrorKind::not_found, "{}: not named in {}", name, file.string());
    return *entry;
  } catch (const toml::parse_error& error) {
    raise(ErrorKind::malformed, "{}: {} in line {}", file.string(), error.description(),
          error.source().begin.line);
  }
}

}  // namespace

fs::path state_folder() {
  const std::string folder = variable("XDG_STATE_HOME");
  if (!folder.empty()) return fs::path(folder) / "galen";
  return fs::path(variable("HOME")) / ".local" / "state" / "galen";
}

void add_pacs_options(CLI::App& verb, PacsArguments& arguments) {
  verb.add_option("--pacs", arguments.pacs,
                  "dicom://AET@host:port, https://host/dicom-web, or a name in pacs.toml")
      ->required()
      ->type_name("PACS");
  verb.add_option("--ae-title", arguments.calling_ae, "Our own AE title")->type_name("AET");
  verb.add_option("--timeout", arguments.timeout_s, "Seconds without an answer")
      ->type_name("S")
      ->check(CLI::Range(1, 3600));
}

NamedPacs named_pacs(const std::string& name, const PacsArguments& arguments,
                     const CancelToken& cancel) {
  NamedPacs pacs;
  pacs.url = name;
  pacs.options.calling_ae = arguments.calling_ae;
  pacs.options.timeout_s = arguments.timeout_s;
  pacs.options.cancel = &cancel;
  std::string password_variable = "GALEN_PACS_PASSWORD";
  std::string bearer_variable = "GALEN_PACS_BEARER";
  pacs.options.user = variable("GALEN_PACS_USER");
  if (name.find("://") == std::string::npos) {
    const toml::table entry = read_entry(name);
    pacs.url = entry["url"].value_or(std::string());
    pacs.options.user = entry["user"].value_or(pacs.options.user);
    pacs.options.calling_ae = entry["ae-title"].value_or(pacs.options.calling_ae);
    password_variable = entry["password-variable"].value_or(password_variable);
    bearer_variable = entry["bearer-variable"].value_or(bearer_variable);
  }
  pacs.url = net::parse_pacs_address(pacs.url).url;
  pacs.options.password = variable(password_variable);
  pacs.options.bearer = variable(bearer_variable);
  return pacs;
}

}  // namespace galen::cli
