#include "tasks/prs/simulate/simulate.h"

#include <array>
#include <fmt/format.h>
#include <iterator>

#include "base/file.h"
#include "base/raise.h"
#include "tasks/prs/simulate/founders.h"

namespace galen::prs {
namespace {

namespace fs = std::filesystem;

fs::path with_ending(const fs::path& prefix, const std::string& ending) {
  return prefix.string() + ending;
}

std::string name_of(std::size_t person) {
  return fmt::format("S{:06}", person + 1);
}

/// PLINK 1 bed, variant-major: two bits a person, A1 the second allele.
void write_bed(const fs::path& path, const std::vector<std::uint8_t>& calls, std::size_t people) {
  constexpr std::array<std::uint8_t, 3> kHeader{0x6C, 0x1B, 0x01};
  constexpr std::array<std::uint8_t, 3> kCodes{3, 2, 0};  // of 0, 1 and 2 copies of A1
  AtomicFile file(path);
  file.write(kHeader);
  std::vector<std::uint8_t> row((people + 3) / 4);
  for (std::size_t begin = 0; begin < calls.size(); begin += people) {
    std::fill(row.begin(), row.end(), std::uint8_t{0});
    for (std::size_t i = 0; i < people; ++i)
      row[i / 4] |= static_cast<std::uint8_t>(kCodes[calls[begin + i]] << (2 * (i % 4)));
    file.write(row);
  }
  file.commit();
}

void write_bim(const fs::path& path, const Founders& founders) {
  std::string text;
  for (const genotype::Variant& variant : founders.variants) {
    const std::string id = variant.id == "."
                               ? fmt::format("{}:{}:{}:{}", variant.chromosome, variant.position,
                                             variant.alleles[0], variant.alleles[1])
                               : variant.id;
    fmt::format_to(std::back_inserter(text), "{}\t{}\t0\t{}\t{}\t{}\n", variant.chromosome, id,
                   variant.position, variant.alleles[1], variant.alleles[0]);
  }
  write_file(path, text);
}

void write_fam(const fs::path& path, const Outcomes& outcomes) {
  std::string text;
  for (std::size_t i = 0; i < outcomes.people.size(); ++i) {
    fmt::format_to(std::back_inserter(text), "{0} {0} 0 0 {1} -9\n", name_of(i),
                   outcomes.people[i].sex);
  }
  write_file(path, text);
}

std::string draw_split(Draws& draws) {
  const double place = draws.uniform();
  if (place < 0.5) return "discovery";
  if (place < 0.85) return "train";
  return place < 0.9 ? "val" : "test";
}

void write_people(const fs::path& path, const Outcomes& outcomes, Draws& draws) {
  std::string text = "IID,split,age,sex,bmi";
  for (const Disease& disease : outcomes.diseases) text += "," + disease.name;
  text += '\n';
  for (std::size_t i = 0; i < outcomes.people.size(); ++i) {
    const Person& person = outcomes.people[i];
    fmt::format_to(std::back_inserter(text), "{},{},{:.1f},{},{:.1f}", name_of(i),
                   draw_split(draws), person.age, person.sex == 1 ? "male" : "female", person.bmi);
    for (const Disease& disease : outcomes.diseases) text += disease.has[i] != 0 ? ",1" : ",0";
    text += '\n';
  }
  write_file(path, text);
}

void write_traits(const fs::path& path, const Outcomes& outcomes) {
  const std::size_t traits = outcomes.trait_names.size();
  std::string text = "#FID\tIID";
  for (const std::string& name : outcomes.trait_names) text += "\t" + name;
  text += '\n';
  for (std::size_t i = 0; i < outcomes.people.size(); ++i) {
    fmt::format_to(std::back_inserter(text), "{0}\t{0}", name_of(i));
    for (std::size_t t = 0; t < traits; ++t)
      fmt::format_to(std::back_inserter(text), "\t{:.5f}", outcomes.traits[i * traits + t]);
    text += '\n';
  }
  write_file(path, text);
}

OrderedJson truth_of(const SimulateOptions& options, const Founders& founders,
                     const Outcomes& outcomes) {
  const ArchitectureOptions& a = options.architecture;
  OrderedJson diseases = OrderedJson::array();
  for (const Disease& disease : outcomes.diseases) {
    diseases.push_back({{"name", disease.name},
                        {"genes", disease.kind == DiseaseKind::additive ? "additive"
                                  : disease.kind == DiseaseKind::by_age ? "stronger with age"
                                                                        : "opposite in women"},
                        {"like", disease.like}});
  }
  OrderedJson truth{{"galen", GALEN_VERSION},
                    {"founders", founders.people},
                    {"variants", founders.variants.size()},
                    {"people", options.people},
                    {"stretch", options.stretch},
                    {"seed", options.seed},
                    {"traits", a.traits},
                    {"factors", a.factors},
                    {"causal", a.causal},
                    {"trait_h2", a.trait_h2},
                    {"disease_h2", a.disease_h2},
                    {"demographic", a.demographic},
                    {"interaction", a.interaction},
                    {"correlation", a.correlation},
                    {"prevalence", a.prevalence},
                    {"diseases", diseases}};
  truth.update(outcomes.truth);
  return truth;
}

}  // namespace

SimulatedCohort simulate(const SimulateOptions& options, const fs::path& prefix) {
  if (options.people < 1 || !(options.stretch > 0))
    raise(ErrorKind::invalid_argument, "{} people of stretches of {} base pairs: at least one each",
          options.people, options.stretch);
  Draws draws(options.seed);
  const Founders founders = read_founders(options.founders, options.min_frequency, draws);
  const std::vector<std::uint8_t> calls =
      mosaics(founders, options.people, options.stretch, draws, options.founders.cancel);
  const Outcomes outcomes = draw_outcomes(calls, options.people, options.architecture, draws);
  write_bed(with_ending(prefix, ".bed"), calls, options.people);
  write_bim(with_ending(prefix, ".bim"), founders);
  write_fam(with_ending(prefix, ".fam"), outcomes);
  write_people(with_ending(prefix, ".people.csv"), outcomes, draws);
  write_traits(with_ending(prefix, ".traits.tsv"), outcomes);
  write_file(with_ending(prefix, ".truth.json"),
             truth_of(options, founders, outcomes).dump(1) + "\n");
  return {founders.people, founders.variants.size(), options.people};
}

}  // namespace galen::prs
