#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <random>

#include <galen/prs_ancestry.h>

#include "score_fixture.h"
#include "tasks/prs/ancestry/small_matrix.h"

namespace galen::prs {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(SmallMatrix, FindsEigenvectors) {
  Matrix m(2, 2);
  m.values = {2, 1, 1, 2};
  const Eigen eigen = eigen_of(m);
  EXPECT_THAT(eigen.values, ElementsAre(DoubleNear(3, 1e-12), DoubleNear(1, 1e-12)));
  EXPECT_NEAR(std::abs(eigen.vectors(0, 0)), std::sqrt(0.5), 1e-12);
  EXPECT_NEAR(eigen.vectors(0, 0), eigen.vectors(1, 0), 1e-12);
}

TEST(SmallMatrix, FitsLinesAndTheirSpread) {
  Matrix x(400, 1);
  std::vector<double> line(400);
  std::vector<double> spread(400);
  for (std::size_t i = 0; i < 400; ++i) {
    x(i, 0) = static_cast<double>(i) / 400;
    line[i] = 2 + 3 * x(i, 0);
    spread[i] = std::exp(1 - 2 * x(i, 0)) * (i % 2 == 0 ? 0.5 : 1.5);
  }
  EXPECT_THAT(least_squares(x, line, std::vector<double>(400, 1)),
              ElementsAre(DoubleNear(2, 1e-9), DoubleNear(3, 1e-9)));
  EXPECT_THAT(gamma_regression(x, spread), ElementsAre(DoubleNear(1, 0.02), DoubleNear(-2, 0.02)));
}

TEST(SmallMatrix, RefusesColumnsThatDependOnEachOther) {
  Matrix m(2, 2);
  m.values = {1, 1, 1, 1};
  EXPECT_THROW((void)solve(m, {1, 1}), Error);
}

/// Two populations whose frequencies differ, 60 people each, and a score on some variants.
struct Simulated {
  std::vector<Row> panel;
  std::vector<Row> people;  ///< ten of population A, then ten of B
  std::string score;
  std::string populations = "IID POP\n";
};

Simulated simulate() {
  Simulated out;
  std::mt19937 random(7);
  std::uniform_real_distribution<double> uniform;
  const auto calls = [&](std::vector<std::uint8_t>& row, double frequency, int count) {
    for (int i = 0; i < count; ++i) {
      row.push_back(static_cast<std::uint8_t>((uniform(random) < frequency ? 1 : 0) +
                                              (uniform(random) < frequency ? 1 : 0)));
    }
  };
  for (int v = 0; v < 600; ++v) {
    const double a = 0.15 + 0.7 * uniform(random);
    const double b = std::clamp(a + 0.3 * (uniform(random) - 0.5), 0.1, 0.9);
    Row panel{"1", (v + 1) * 2'000'000, "v" + std::to_string(v), "G", "A", {}};
    Row people = panel;
    calls(panel.calls, a, 60);
    calls(panel.calls, b, 60);
    calls(people.calls, a, 10);
    calls(people.calls, b, 10);
    if (v % 2 == 0) {  // the cohort's file has the alleles the other way round
      std::swap(people.reference, people.alternate);
      for (auto& call : people.calls) call = static_cast<std::uint8_t>(2 - call);
    }
    // A score that differs between the populations, as frequencies do.
    if (v % 4 == 0) {
      out.score += "1 " + std::to_string(panel.position) + " A G " + (b > a ? "1" : "-1") + "\n";
    }
    out.panel.push_back(std::move(panel));
    out.people.push_back(std::move(people));
  }
  for (std::size_t i = 0; i < 120; ++i) {
    out.populations += genotype::person(i) + (i < 60 ? " A\n" : " B\n");
  }
  return out;
}

class Ancestry : public testing::Test {
 protected:
  static AncestryInputs inputs(const Simulated& simulated, const std::filesystem::path& folder) {
    AncestryInputs out;
    out.reference = {write_bed(folder, "panel", simulated.panel)};
    out.people.genotypes = {write_bed(folder, "people", simulated.people)};
    out.people.scores = {write_pgs(folder, simulated.score)};
    out.populations = folder / "populations.txt";
    write_file(out.populations, simulated.populations);
    out.people.threads = 1;
    out.components = 2;
    out.adjust_components = 2;
    return out;
  }
};

TEST_F(Ancestry, FindsThePopulationAndTakesItsShareOffTheScore) {
  const auto folder = test_folder();
  const AncestryTable table = score_with_ancestry(inputs(simulate(), folder));
  EXPECT_GT(table.variants, 500U);
  double plain[2] = {0, 0};
  double adjusted[2] = {0, 0};
  for (std::size_t i = 0; i < 20; ++i) {
    EXPECT_EQ(table.population[i], i < 10 ? "A" : "B") << i;
    plain[i / 10] += table.scores.sum(i, 0) / 10;
    adjusted[i / 10] += table.adjusted[i].z_norm1 / 10;
    EXPECT_NEAR(table.adjusted[i].z_norm1, table.adjusted[i].z_norm2, 1) << i;
  }
  // Standard deviation of the score within a population is about 8.
  EXPECT_GT(plain[1] - plain[0], 8);
  EXPECT_LT(std::abs(adjusted[1] - adjusted[0]), 0.8);
}

TEST_F(Ancestry, OfThePanelItselfHasMeanZero) {
  const auto folder = test_folder();
  AncestryInputs own = inputs(simulate(), folder);
  own.people.genotypes = own.reference;
  const AncestryTable table = score_with_ancestry(own);
  double mean = 0;
  for (const AdjustedScore& one : table.adjusted) mean += one.z_norm1 / 120;
  EXPECT_NEAR(mean, 0, 1e-6);
}

TEST_F(Ancestry, WritesScoresAndComponents) {
  const auto folder = test_folder();
  const AncestryTable table = score_with_ancestry(inputs(simulate(), folder));
  write_adjusted_scores(folder / "s.tsv", table);
  write_components(folder / "pcs.tsv", table);
  EXPECT_THAT(read_file(folder / "s.tsv", 100000), HasSubstr("\nP1\tPGS1\t"));
  EXPECT_THAT(read_file(folder / "pcs.tsv", 100000),
              testing::StartsWith("IID\tMostSimilarPop\tdistance\tPC1\tPC2\nP1\tA\t"));
}

TEST_F(Ancestry, RefusesASmallPopulationAndFewVariants) {
  const auto folder = test_folder();
  Simulated simulated = simulate();
  AncestryInputs small = inputs(simulated, folder);
  write_file(small.populations, "P1 A\nP2 A\n");
  EXPECT_THAT(refusal(ErrorKind::invalid_argument, [&] { (void)score_with_ancestry(small); }),
              HasSubstr("A has 2 people"));
  simulated.panel.resize(50);
  simulated.people.resize(50);
  simulated.score = simulated.score.substr(0, simulated.score.find('\n') + 1);
  const AncestryInputs few = inputs(simulated, folder);
  EXPECT_THAT(refusal(ErrorKind::invalid_argument, [&] { (void)score_with_ancestry(few); }),
              HasSubstr("100 variants are needed"));
}

}  // namespace
}  // namespace galen::prs
