// `galen pacs find | get | send | watch`.

#include <CLI/CLI.hpp>

#include "cli/pacs/verbs.h"
#include "cli/verbs.h"

namespace galen::cli {

void add_pacs(CLI::App& app, Context& context) {
  auto* pacs = app.add_subcommand(
      "pacs", "Studies from and to an archive, over DICOMweb or DIMSE; only the one you name");
  pacs->require_subcommand(1);
  add_pacs_find(*pacs, context);
  add_pacs_get(*pacs, context);
  add_pacs_send(*pacs, context);
  add_pacs_watch(*pacs, context);
}

}  // namespace galen::cli
