// `galen prs score GENOTYPES... SCORE... -o scores.tsv`.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/core.h>
#include <memory>

#include <galen/prs_ancestry.h>

#include "base/raise.h"
#include "cli/exit_status.h"
#include "cli/output.h"
#include "cli/prs/arguments.h"
#include "cli/prs/verbs.h"
#include "cli/verbs.h"

namespace galen::cli {
namespace {

struct ScoreVerb {
  PrsArguments shared;
  std::string output;
  bool wide = false;
  std::vector<std::string> reference;
  AncestryInputs ancestry;
  std::string populations;
  std::string components;
};

/// Prints what was found of each score; gives the exit code.
int report(const ScoreVerb& verb, const Context& context, const ScoreTable& table,
           const AncestryTable* ancestry) {
  OrderedJson json{{"people", table.people.size()},
                   {"scores", table.scores.size()},
                   {"output", verb.output},
                   {"overlaps", OrderedJson::array()},
                   {"not_for_clinical_use", true}};
  if (ancestry != nullptr) json["ancestry_variants"] = ancestry->variants;
  std::string text;
  for (const ScoreOverlap& overlap : table.overlaps) {
    json["overlaps"].push_back(overlap_json(overlap));
    text += overlap_text(overlap);
  }
  if (ancestry != nullptr) {
    text += fmt::format("{} components on {} variants\n", ancestry->components, ancestry->variants);
  }
  text += fmt::format("{} people, {} scores: {}\n", table.people.size(), table.scores.size(),
                      verb.output);
  if (context.json) {
    print_json(json);
  } else {
    print(text);
  }
  const bool all_pass = std::all_of(table.overlaps.begin(), table.overlaps.end(),
                                    [](const ScoreOverlap& one) { return one.passes; });
  return all_pass ? 0 : kPartialFailure;
}

int run_ancestry(const ScoreVerb& verb, const Context& context) {
  if (verb.wide) {
    raise(ErrorKind::invalid_argument, "adjusted scores are written one a line, without --wide");
  }
  AncestryInputs inputs = verb.ancestry;
  inputs.people = prs_inputs(verb.shared, context);
  inputs.reference.assign(verb.reference.begin(), verb.reference.end());
  inputs.populations = verb.populations;
  const AncestryTable table = score_with_ancestry(inputs);
  write_adjusted_scores(verb.output, table);
  if (!verb.components.empty()) write_components(verb.components, table);
  return report(verb, context, table.scores, &table);
}

int run_score(const ScoreVerb& verb, const Context& context) {
  if (!verb.populations.empty()) return run_ancestry(verb, context);
  const ScoreTable table = score_people(prs_inputs(verb.shared, context));
  write_scores(verb.output, table, verb.wide ? ScoreLayout::columns : ScoreLayout::lines);
  return report(verb, context, table, nullptr);
}

/// --ancestry and what belongs to it.
void add_ancestry_options(CLI::App& app, ScoreVerb& verb) {
  auto* populations = app.add_option(
      "--ancestry", verb.populations,
      "Adjust for ancestry: table with IID and population of the reference panel's people");
  populations->type_name("FILE");
  auto* reference = app.add_option("--reference", verb.reference,
                                   "Genotypes of the reference panel, for --ancestry");
  reference->type_name("FILE")->needs(populations);
  populations->needs(reference);
  app.add_option("--components", verb.ancestry.components,
                 "Principal components by which the most similar population is found")
      ->type_name("N")
      ->check(CLI::Range(1, 50));
  app.add_option("--adjust-components", verb.ancestry.adjust_components,
                 "Of these, how many the scores are adjusted for")
      ->type_name("N")
      ->check(CLI::Range(1, 50));
  app.add_option("--pcs", verb.components, "Also write the people's components there")
      ->type_name("FILE")
      ->needs(populations);
}

}  // namespace

void add_prs_score(CLI::App& prs, Context& context) {
  auto verb = std::make_shared<ScoreVerb>();
  CLI::App* app = prs.add_subcommand("score", "Polygenic scores of people from their genotypes");
  add_prs_options(*app, verb->shared);
  app->add_option("-o,--output", verb->output, "Table of the scores, tab-separated")
      ->required()
      ->type_name("FILE");
  app->add_flag("--wide", verb->wide,
                "One line per person with a sum and an average of each score, instead of one line "
                "per person and score");
  add_ancestry_options(*app, *verb);
  app->footer(
      "Examples:\n"
      "  galen prs score cohort.bed PGS001229_hmPOS_GRCh37.txt.gz -o scores.tsv\n"
      "  galen prs score chr*.vcf.gz PGS*.txt.gz -o scores.tsv --build GRCh38 --wide\n"
      "  galen prs score cohort.bed PGS*.txt.gz --reference 1kg.bed --ancestry 1kg.tsv "
      "-o adjusted.tsv\n");
  set_action(*app, context, [verb, &context] { return run_score(*verb, context); });
}

}  // namespace galen::cli
