#pragma once
// What the verbs of `galen pacs` share.

#include <filesystem>
#include <string>

#include "cli/cli11_fwd.h"
#include "cli/context.h"
#include "net/pacs/pacs.h"

namespace galen::cli {

/// `galen pacs` itself, for the list of verbs.cpp.
void add_pacs(CLI::App& app, Context& context);
void add_pacs_find(CLI::App& pacs, Context& context);
void add_pacs_get(CLI::App& pacs, Context& context);
void add_pacs_send(CLI::App& pacs, Context& context);
void add_pacs_watch(CLI::App& pacs, Context& context);

/// How to reach an archive.
struct PacsArguments {
  std::string pacs;  ///< an address, or a name in the file of archives
  std::string calling_ae = "GALEN";
  int timeout_s = 60;
};
void add_pacs_options(CLI::App& verb, PacsArguments& arguments);

/// An archive as named: its address, and how to log in. Names stand in galen/pacs.toml in the
/// folder of settings; passwords and tokens come from the environment (GALEN_PACS_PASSWORD,
/// GALEN_PACS_BEARER, or the variables that the file names). Throws not_found, malformed.
struct NamedPacs {
  std::string url;
  net::PacsOptions options;
};
[[nodiscard]] NamedPacs named_pacs(const std::string& name, const PacsArguments& arguments,
                                   const CancelToken& cancel);

/// Where Galen keeps what it must remember: $XDG_STATE_HOME/galen.
[[nodiscard]] std::filesystem::path state_folder();

}  // namespace galen::cli
