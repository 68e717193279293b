#include "cli/prs/arguments.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/raise.h"
#include "io/genotype/genotype.h"

namespace galen::cli {

void add_prs_options(CLI::App& verb, PrsArguments& arguments) {
  verb.add_option("file", arguments.files,
                  "Genotypes of one set of people (VCF, BCF, bed, BGEN, pgen; one file or one per "
                  "chromosome) and scoring files (PGS Catalog, PLINK), in any order")
      ->required()
      ->type_name("FILE");
  verb.add_option("--keep", arguments.keep, "People to read: lines of IID, or of FID and IID")
      ->type_name("FILE");
  verb.add_option("--sample", arguments.sample, "Oxford sample file of a BGEN without names")
      ->type_name("FILE");
  verb.add_option("--vcf-field", arguments.vcf_field,
                  "What to read of a VCF: hard calls, dosages or probabilities; auto takes DS, "
                  "then GP, then GT")
      ->type_name("FIELD")
      ->check(CLI::IsMember({"auto", "GT", "DS", "GP"}));
  verb.add_option("--build", arguments.build,
                  "Genome build of the genotypes, where their header does not tell: GRCh37 or "
                  "GRCh38; a score of another build is refused")
      ->type_name("BUILD");
  verb.add_option("--min-overlap", arguments.rules.min_overlap,
                  "Smallest share of a score's variants that must be found")
      ->type_name("SHARE")
      ->check(CLI::Range(0.0, 1.0));
  verb.add_flag("--keep-ambiguous", arguments.rules.keep_ambiguous,
                "Use A/T and C/G variants, as if the score were on the genotypes' strand");
  verb.add_flag("--keep-multiallelic", arguments.rules.keep_multiallelic,
                "Use rows of more than two alleles");
  verb.add_flag("--keep-first", arguments.rules.keep_first,
                "Of duplicates use the first, instead of none");
  verb.add_flag("--no-flip", arguments.no_flip, "Do not try the other strand");
}

PrsInputs prs_inputs(const PrsArguments& arguments, const Context& context) {
  PrsInputs inputs;
  for (const std::string& file : arguments.files) {
    (genotype::is_genotypes(file) ? inputs.genotypes : inputs.scores).emplace_back(file);
  }
  inputs.keep = arguments.keep;
  inputs.sample = arguments.sample;
  inputs.vcf_field = arguments.vcf_field;
  inputs.build = arguments.build;
  inputs.rules = arguments.rules;
  inputs.rules.flip = !arguments.no_flip;
  inputs.threads = context.threads;
  inputs.cancel = &context.cancel;
  return inputs;
}

std::string overlap_text(const ScoreOverlap& overlap) {
  const std::string name = overlap.names.size() == 1
                               ? overlap.names[0]
                               : fmt::format("{} ({} scores)", overlap.file, overlap.names.size());
  std::string text =
      fmt::format("{}: {} of {} variants used ({:.1f} %){}\n", name, overlap.used, overlap.variants,
                  100 * overlap.share(), overlap.passes ? "" : ", too few: not scored");
  for (std::size_t i = 0; i < overlap.outcomes.size(); ++i) {
    const auto outcome = static_cast<MatchOutcome>(i);
    if (overlap.outcomes[i] == 0 || outcome == MatchOutcome::matched) continue;
    text += fmt::format("  {:>8}  {:<17} {}\n", overlap.outcomes[i], match_outcome_name(outcome),
                        match_outcome_text(outcome));
  }
  if (!overlap.warning.empty()) text += "  " + overlap.warning + "\n";
  return text;
}

OrderedJson overlap_json(const ScoreOverlap& overlap) {
  OrderedJson json{{"file", overlap.file},         {"scores", overlap.names},
                   {"variants", overlap.variants}, {"used", overlap.used},
                   {"share", overlap.share()},     {"passes", overlap.passes}};
  for (std::size_t i = 0; i < overlap.outcomes.size(); ++i) {
    json["outcomes"][std::string(match_outcome_name(static_cast<MatchOutcome>(i)))] =
        overlap.outcomes[i];
  }
  if (!overlap.warning.empty()) json["warning"] = overlap.warning;
  return json;
}

}  // namespace galen::cli
