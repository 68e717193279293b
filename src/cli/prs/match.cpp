// `galen prs match GENOTYPES... SCORE... [-o log.tsv]`.

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/output.h"
#include "cli/prs/arguments.h"
#include "cli/prs/verbs.h"
#include "cli/verbs.h"

namespace galen::cli {
namespace {

struct MatchVerb {
  PrsArguments shared;
  std::string output;
};

int run_match(const MatchVerb& verb, const Context& context) {
  OrderedJson json = OrderedJson::array();
  for (const ScoreOverlap& overlap : match_scores(prs_inputs(verb.shared, context), verb.output)) {
    if (context.json) {
      json.push_back(overlap_json(overlap));
    } else {
      print(overlap_text(overlap));
    }
  }
  if (context.json) print_json(json);
  return 0;
}

}  // namespace

void add_prs_match(CLI::App& prs, Context& context) {
  auto verb = std::make_shared<MatchVerb>();
  CLI::App* app = prs.add_subcommand(
      "match", "Which variants of a score are in the genotypes, and why the others are not");
  add_prs_options(*app, verb->shared);
  app->add_option("-o,--output", verb->output,
                  "Table with one line per variant of every score, tab-separated")
      ->type_name("FILE");
  app->footer(
      "Examples:\n"
      "  galen prs match cohort.vcf.gz PGS001229.txt.gz\n"
      "  galen prs match cohort.bed PGS*.txt.gz -o matches.tsv --json\n");
  set_action(*app, context, [verb, &context] { return run_match(*verb, context); });
}

}  // namespace galen::cli
