#pragma once
// What genes and demographics do to simulated people.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "tasks/prs/simulate/draws.h"

namespace galen::prs {

struct ArchitectureOptions {
  std::size_t traits = 32;   ///< measured ones, which a GWAS is made of
  std::size_t factors = 8;   ///< hidden, each shared by traits and diseases; at least 6
  std::size_t causal = 24;   ///< variants behind a factor, and half as many behind a trait alone
  double trait_h2 = 0.5;     ///< share of a trait's variance that is genetic
  double disease_h2 = 0.5;   ///< of a disease's liability
  double demographic = 0.2;  ///< share of the liability that age, sex and BMI make by themselves
  double interaction = 2;    ///< weight of gene x demographics against the gene itself
  double correlation = 0.9;  ///< of an unseen disease's genes with those of its relative
  double prevalence = 0.2;
};

struct Person {
  double age = 0;  ///< years, 40 to 70
  int sex = 0;     ///< 1 male, 2 female, as PLINK
  double bmi = 0;  ///< kg/m^2
};

enum class DiseaseKind { additive, by_age, by_sex };

struct Disease {
  std::string name;
  DiseaseKind kind = DiseaseKind::additive;
  std::string like;  ///< unseen in training: the disease that it correlates with; else empty
  std::vector<std::uint8_t> has;  ///< of each person
};

struct Outcomes {
  std::vector<Person> people;
  std::vector<std::string> trait_names;
  std::vector<double> traits;  ///< people x traits
  std::vector<Disease> diseases;
  OrderedJson truth;  ///< options, and the causal variants by their index
};

/// Draws causal variants and their effects, then traits and diseases of people. Diseases: two
/// additive ones, two whose genes matter more with age, two whose genes work the other way in
/// women, and one unseen relative of each kind.
/// @param calls variants x people, 0 to 2
[[nodiscard]] Outcomes draw_outcomes(const std::vector<std::uint8_t>& calls, std::size_t people,
                                     const ArchitectureOptions& options, Draws& draws);

}  // namespace galen::prs
