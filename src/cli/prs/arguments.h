#pragma once
// What `galen prs score` and `galen prs match` share.

#include <string>
#include <vector>

#include <galen/prs.h>

#include "base/json.h"
#include "cli/cli11_fwd.h"
#include "cli/context.h"

namespace galen::cli {

struct PrsArguments {
  std::vector<std::string> files;  ///< genotypes and scores, told apart by their content
  std::string keep;
  std::string sample;
  std::string vcf_field = "auto";
  std::string build;
  MatchRules rules;
  bool no_flip = false;
};

void add_prs_options(CLI::App& verb, PrsArguments& arguments);

/// Throws not_found for a file that is not there.
[[nodiscard]] PrsInputs prs_inputs(const PrsArguments& arguments, const Context& context);

/// What was found of each scoring file, as text on standard output or as JSON.
[[nodiscard]] std::string overlap_text(const ScoreOverlap& overlap);
[[nodiscard]] OrderedJson overlap_json(const ScoreOverlap& overlap);

}  // namespace galen::cli
