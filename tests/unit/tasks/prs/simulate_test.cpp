#include "tasks/prs/simulate/simulate.h"

#include <cmath>

#include "base/json.h"
#include "score_fixture.h"
#include "tasks/prs/simulate/founders.h"

namespace galen::prs {
namespace {

constexpr std::size_t kFounders = 200;

/// Pairs of equal neighbours, 1,000 base pairs apart, every 3 megabases.
std::vector<Row> paired_rows(int pairs) {
  Draws draws(3);
  std::vector<Row> rows;
  for (int pair = 0; pair < pairs; ++pair) {
    Row row{"1", 1'000'000 + 3'000'000 * pair, "a" + std::to_string(pair), "A", "G", {}};
    for (std::size_t i = 0; i < kFounders; ++i)
      row.calls.push_back(static_cast<std::uint8_t>(draws.below(2) + draws.below(2)));
    rows.push_back(row);
    row.position += 1000;
    row.id = "b" + std::to_string(pair);
    rows.push_back(row);
  }
  return rows;
}

PrsInputs founders_in(const std::filesystem::path& folder) {
  PrsInputs inputs;
  inputs.genotypes = {write_bed(folder, "founders", paired_rows(30))};
  return inputs;
}

double share_equal(const std::vector<std::uint8_t>& calls, std::size_t people, std::size_t a,
                   std::size_t b) {
  double equal = 0;
  for (std::size_t i = 0; i < people; ++i)
    equal += calls[a * people + i] == calls[b * people + i] ? 1 : 0;
  return equal / static_cast<double>(people);
}

TEST(Simulate, NeighboursStayLinkedAndFarVariantsDoNot) {
  Draws draws(1);
  const Founders founders = read_founders(founders_in(test_folder()), 0.01, draws);
  ASSERT_EQ(founders.variants.size(), 60U);
  constexpr std::size_t kPeople = 2000;
  const std::vector<std::uint8_t> calls = mosaics(founders, kPeople, 1e6, draws);
  EXPECT_GT(share_equal(calls, kPeople, 0, 1), 0.99);
  EXPECT_LT(share_equal(calls, kPeople, 0, 2), 0.5);  // 0.375 by chance
}

TEST(Simulate, AMissingCallIsDrawnFromTheOthers) {
  const auto folder = test_folder();
  PrsInputs inputs;
  inputs.genotypes = {write_bed(
      folder, "f",
      {{"1", 10, "r", "A", "G", {1, kMiss, 1, 1}}, {"1", 20, "s", "A", "G", {0, 0, 0, 0}}})};
  Draws draws(1);
  const Founders founders = read_founders(inputs, 0.01, draws);
  ASSERT_EQ(founders.variants.size(), 1U);  // nobody carries the other's second allele
  EXPECT_EQ(founders.calls, (std::vector<std::uint8_t>{1, 1, 1, 1}));
}

/// A person's genes by the causal variants and effects that the truth names.
std::vector<double> genes_of(const Json& truth, const std::string& name,
                             const std::vector<std::uint8_t>& calls, std::size_t people) {
  std::vector<double> genes(people, 0);
  for (const Json& c : truth.at("genes").at(name)) {
    const auto* row = calls.data() + c.at("variant").get<std::size_t>() * people;
    double mean = 0;
    double squares = 0;
    for (std::size_t i = 0; i < people; ++i) {
      mean += row[i];
      squares += row[i] * row[i];
    }
    mean /= static_cast<double>(people);
    const double deviation = std::sqrt(squares / static_cast<double>(people) - mean * mean);
    for (std::size_t i = 0; i < people; ++i)
      genes[i] += c.at("effect").get<double>() * (row[i] - mean) / deviation;
  }
  return genes;
}

/// Mean genes of people of one sex with a disease minus that of those without.
double excess(const Outcomes& outcomes, const Disease& disease, const std::vector<double>& genes,
              int sex) {
  double sums[2] = {};
  double counts[2] = {};
  for (std::size_t i = 0; i < genes.size(); ++i) {
    if (outcomes.people[i].sex != sex) continue;
    sums[disease.has[i]] += genes[i];
    counts[disease.has[i]] += 1;
  }
  return sums[1] / counts[1] - sums[0] / counts[0];
}

TEST(Simulate, GenesActAsTheKindOfTheDiseaseSays) {
  Draws draws(2);
  const Founders founders = read_founders(founders_in(test_folder()), 0.01, draws);
  constexpr std::size_t kPeople = 4000;
  const std::vector<std::uint8_t> calls = mosaics(founders, kPeople, 1e6, draws);
  const Outcomes outcomes = draw_outcomes(calls, kPeople, {}, draws);
  ASSERT_EQ(outcomes.diseases.size(), 9U);
  const Json truth = outcomes.truth;
  for (const auto& [disease, factor] : {std::pair{"additive_1", 1}, std::pair{"by_sex_1", 5}}) {
    const auto found = std::find_if(outcomes.diseases.begin(), outcomes.diseases.end(),
                                    [&](const Disease& d) { return d.name == disease; });
    ASSERT_NE(found, outcomes.diseases.end());
    const auto genes = genes_of(truth, "factor " + std::to_string(factor), calls, kPeople);
    const double men = excess(outcomes, *found, genes, 1);
    const double women = excess(outcomes, *found, genes, 2);
    EXPECT_GT(men, 0) << disease;
    EXPECT_EQ(women > 0, found->kind == DiseaseKind::additive) << disease;
    const auto cases = std::count(found->has.begin(), found->has.end(), 1);
    EXPECT_NEAR(static_cast<double>(cases) / kPeople, 0.2, 0.002);
  }
}

TEST(Simulate, WritesFilesThatReadBackAndRepeatWithTheSeed) {
  const auto folder = test_folder();
  SimulateOptions options;
  options.founders = founders_in(folder);
  options.people = 101;
  options.seed = 7;
  simulate(options, folder / "x");
  simulate(options, folder / "y");
  for (const std::string ending :
       {".bed", ".bim", ".fam", ".people.csv", ".traits.tsv", ".truth.json"}) {
    constexpr std::size_t kMost = 1 << 24;
    EXPECT_EQ(read_file(folder / ("x" + ending), kMost), read_file(folder / ("y" + ending), kMost));
  }
  const auto source = genotype::open_genotypes(folder / "x.bed");
  EXPECT_EQ(source->samples().size(), 101U);
  source->begin(genotype::Pass::dosages);
  genotype::Variant variant;
  genotype::Dosages dosages;
  std::size_t count = 0;
  std::size_t carried = 0;
  for (; source->next(variant); ++count) {
    source->read(1, dosages);
    for (const std::uint8_t call : dosages.calls) carried += call;
  }
  EXPECT_EQ(count, 60U);
  EXPECT_NEAR(static_cast<double>(carried) / (60.0 * 101), 1, 0.1);
}

TEST(Simulate, SharesThatDoNotAddUpAreRefused) {
  Draws draws(1);
  const std::vector<std::uint8_t> calls(10, 1);
  ArchitectureOptions options;
  options.disease_h2 = 0.9;
  options.demographic = 0.2;
  EXPECT_THROW(static_cast<void>(draw_outcomes(calls, 5, options, draws)), Error);
}

}  // namespace
}  // namespace galen::prs
