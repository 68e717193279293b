#pragma once
// `galen prs simulate`: people with real linkage between their variants and known causes of their
// diseases, for experiments whose truth must be known.

#include <cstdint>
#include <filesystem>

#include <galen/prs.h>

#include "tasks/prs/simulate/outcomes.h"

namespace galen::prs {

struct SimulateOptions {
  PrsInputs founders;  ///< its genotypes, keep, vcf_field; scores are not read
  std::size_t people = 20'000;
  double stretch = 1e6;         ///< mean base pairs copied from one founder
  double min_frequency = 0.01;  ///< of the rarer allele among the founders
  ArchitectureOptions architecture;
  std::uint64_t seed = 0;
};

struct SimulatedCohort {
  std::size_t founders = 0;
  std::size_t variants = 0;
  std::size_t people = 0;
};

/// Writes PREFIX.bed, .bim and .fam; PREFIX.people.csv (IID, split, age, sex, bmi, diseases as
/// 0 and 1); PREFIX.traits.tsv (FID, IID and the traits, for a GWAS); PREFIX.truth.json. Splits,
/// drawn by chance: discovery (half, for the GWAS), train (35 %), val (5 %), test (10 %). Throws as
/// read_founders.
SimulatedCohort simulate(const SimulateOptions& options, const std::filesystem::path& prefix);

}  // namespace galen::prs
