// `galen prs`: polygenic scores.

#include <CLI/CLI.hpp>

#include "cli/prs/verbs.h"
#include "cli/verbs.h"

namespace galen::cli {

void add_prs(CLI::App& app, Context& context) {
  CLI::App* prs = app.add_subcommand(
      "prs", "Polygenic scores of genotypes: score, match, clump, image, predict, simulate");
  prs->require_subcommand(1);
  add_prs_score(*prs, context);
  add_prs_match(*prs, context);
  add_prs_clump(*prs, context);
  add_prs_image(*prs, context);
  add_prs_predict(*prs, context);
  add_prs_simulate(*prs, context);
}

}  // namespace galen::cli
