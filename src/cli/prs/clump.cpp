// `galen prs clump STATISTICS -r GENOTYPES... -o weights.tsv`.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>
#include <memory>

#include "cli/output.h"
#include "cli/prs/arguments.h"
#include "cli/prs/verbs.h"
#include "cli/verbs.h"

namespace galen::cli {
namespace {

struct ClumpVerb {
  ClumpInputs inputs;
  std::string statistics;
  std::vector<std::string> reference;
  std::string keep;
  double kilobases = 250;
  std::string output;
};

int run_clump(const ClumpVerb& verb, const Context& context) {
  ClumpInputs inputs = verb.inputs;
  inputs.statistics = verb.statistics;
  inputs.reference.genotypes.assign(verb.reference.begin(), verb.reference.end());
  inputs.reference.keep = verb.keep;
  inputs.reference.threads = context.threads;
  inputs.reference.cancel = &context.cancel;
  constexpr double kBasesPerKilobase = 1000;
  inputs.window = static_cast<std::int64_t>(verb.kilobases * kBasesPerKilobase);
  const ClumpResult result = clump(inputs);
  write_clumped(verb.output, result);
  OrderedJson json{{"trait", result.trait},
                   {"rows", result.rows},
                   {"below", result.below},
                   {"matched", result.matched},
                   {"clumps", result.variants.size()},
                   {"output", verb.output}};
  std::string text =
      fmt::format("{}: {} variants, {} with p up to {:g}, {} of them in the reference, {} clumps\n",
                  result.trait, result.rows, result.below, result.thresholds.back(), result.matched,
                  result.variants.size());
  for (const double threshold : result.thresholds) {
    const auto count = std::count_if(result.variants.begin(), result.variants.end(),
                                     [&](const auto& variant) { return variant.p <= threshold; });
    const std::string name = threshold_score_name(result.trait, threshold);
    json["scores"][name] = count;
    text += fmt::format("  {:>8}  {}\n", count, name);
  }
  if (context.json) {
    print_json(json);
  } else {
    print(text);
  }
  return 0;
}

}  // namespace

void add_prs_clump(CLI::App& prs, Context& context) {
  auto verb = std::make_shared<ClumpVerb>();
  CLI::App* app = prs.add_subcommand(
      "clump", "Weights from summary statistics: clumping and p-value thresholds");
  app->add_option("statistics", verb->statistics,
                  "Table with the variant (CHR and BP, or SNP), A1, BETA or OR, P or LOG10P: of "
                  "plink, plink2, regenie, GWAS-SSF")
      ->required()
      ->type_name("FILE");
  app->add_option("-r,--reference", verb->reference,
                  "Genotypes that tell which variants go together: the people to score, or a panel "
                  "of their ancestry")
      ->required()
      ->type_name("FILE");
  app->add_option("--keep", verb->keep, "People of the reference to read")->type_name("FILE");
  app->add_option("-o,--output", verb->output,
                  "Scoring file with one weight per threshold, for `galen prs score`")
      ->required()
      ->type_name("FILE");
  app->add_option("--thresholds", verb->inputs.thresholds, "Largest p-values of the scores")
      ->type_name("P,P,P")
      ->delimiter(',');
  app->add_option("--r2", verb->inputs.r2, "Variants that correlate this much are of one clump")
      ->type_name("R2")
      ->check(CLI::Range(0.0, 1.0));
  app->add_option("--kb", verb->kilobases, "... when no more kilobases apart")
      ->type_name("KB")
      ->check(CLI::Range(0.0, 1e6));
  app->add_option("--trait", verb->inputs.trait, "Name of the scores; default: the file's")
      ->type_name("NAME");
  app->footer(
      "Examples:\n"
      "  galen prs clump height.regenie -r cohort.bed -o height.tsv\n"
      "  galen prs score cohort.bed height.tsv -o scores.tsv\n");
  set_action(*app, context, [verb, &context] { return run_clump(*verb, context); });
}

}  // namespace galen::cli
