// `galen prs simulate GENOTYPES... -o PREFIX`.

#include "tasks/prs/simulate/simulate.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <memory>

#include "cli/output.h"
#include "cli/prs/verbs.h"
#include "cli/verbs.h"

namespace galen::cli {
namespace {

struct SimulateVerb {
  std::vector<std::string> genotypes;
  std::string output;
  prs::SimulateOptions options;
};

int run_simulate(const SimulateVerb& verb, const Context& context) {
  prs::SimulateOptions options = verb.options;
  options.founders.genotypes.assign(verb.genotypes.begin(), verb.genotypes.end());
  options.founders.threads = context.threads;
  options.founders.cancel = &context.cancel;
  options.seed = context.seed;
  const prs::SimulatedCohort cohort = prs::simulate(options, verb.output);
  if (context.json) {
    print_json(OrderedJson{{"founders", cohort.founders},
                           {"variants", cohort.variants},
                           {"people", cohort.people},
                           {"output", verb.output}});
  } else {
    print(fmt::format("{} people of {} founders, {} variants: {}.bed\n", cohort.people,
                      cohort.founders, cohort.variants, verb.output));
  }
  return 0;
}

void add_architecture_options(CLI::App& app, prs::ArchitectureOptions& architecture) {
  const auto share = [&](const char* name, double& value, const char* text) {
    app.add_option(name, value, text)->type_name("SHARE")->check(CLI::Range(0.0, 1.0));
  };
  app.add_option("--traits", architecture.traits, "Measured traits")
      ->type_name("N")
      ->check(CLI::Range(1, 10000));
  app.add_option("--causal", architecture.causal, "Variants behind a disease's genes")
      ->type_name("N")
      ->check(CLI::Range(2, 100000));
  share("--trait-h2", architecture.trait_h2, "Genetic share of a trait's variance");
  share("--disease-h2", architecture.disease_h2, "Genetic share of a disease's liability");
  share("--demographic", architecture.demographic, "Share of the liability from age, sex and BMI");
  app.add_option("--interaction", architecture.interaction,
                 "Weight of genes x age or sex against the genes alone")
      ->type_name("X");
  share("--correlation", architecture.correlation,
        "Of an unseen disease's genes with those of its relative");
  share("--prevalence", architecture.prevalence, "Of every disease");
}

}  // namespace

void add_prs_simulate(CLI::App& prs, Context& context) {
  auto verb = std::make_shared<SimulateVerb>();
  CLI::App* app = prs.add_subcommand(
      "simulate", "People with real linkage, and traits and diseases of known causes");
  app->add_option("GENOTYPES", verb->genotypes, "Real people: VCF, BCF, bed, BGEN or pgen")
      ->required()
      ->type_name("FILE");
  app->add_option("-o,--output", verb->output,
                  "Prefix of .bed, .bim, .fam, .people.csv, .traits.tsv and .truth.json")
      ->required()
      ->type_name("PREFIX");
  app->add_option("--people", verb->options.people, "How many are made")
      ->type_name("N")
      ->check(CLI::Range(1, 10000000));
  app->add_option("--stretch", verb->options.stretch,
                  "Mean base pairs copied from one founder before the next")
      ->type_name("BP")
      ->check(CLI::PositiveNumber);
  add_architecture_options(*app, verb->options.architecture);
  app->footer("Example:\n  galen prs simulate cohort.vcf.gz -o sim --people 30000 --seed 1\n");
  set_action(*app, context, [verb, &context] { return run_simulate(*verb, context); });
}

}  // namespace galen::cli
