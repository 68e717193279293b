#include "tasks/prs/matcher.h"

#include <gmock/gmock.h>

#include "score_fixture.h"

namespace galen::prs {
namespace {

using genotype::Variant;

ScoreRow row(const std::string& effect, std::vector<std::string> others) {
  return {.chromosome = "1",
          .position = 5,
          .id = {},
          .effect = effect,
          .others = std::move(others),
          .inheritance = Inheritance::additive,
          .is_by_position = true,
          .strand_matters = true};
}

Variant variant(std::vector<std::string> alleles) {
  return {.chromosome = "1", .position = 5, .id = "rs5", .alleles = std::move(alleles)};
}

TEST(Fit, FindsTheEffectAlleleOnEitherSide) {
  EXPECT_EQ(fit(row("A", {"G"}), variant({"G", "A"}), {}).allele, 1);
  EXPECT_EQ(fit(row("G", {"A"}), variant({"G", "A"}), {}).allele, 0);
  EXPECT_EQ(fit(row("G", {"A"}), variant({"G", "A"}), {}).outcome, MatchOutcome::matched);
}

TEST(Fit, TriesTheOtherStrandUnlessToldNotTo) {
  const Fit flipped = fit(row("A", {"G"}), variant({"C", "T"}), {});
  EXPECT_EQ(flipped.outcome, MatchOutcome::flipped);
  EXPECT_EQ(flipped.allele, 1);
  EXPECT_EQ(fit(row("A", {"G"}), variant({"C", "T"}), {.flip = false}).outcome,
            MatchOutcome::other_alleles);
}

TEST(Fit, FlipsIndelsByReverseComplement) {
  EXPECT_EQ(fit(row("AC", {"A"}), variant({"T", "GT"}), {}).outcome, MatchOutcome::flipped);
}

TEST(Fit, DropsAmbiguousVariantsUnlessKept) {
  EXPECT_EQ(fit(row("A", {"T"}), variant({"T", "A"}), {}).outcome, MatchOutcome::ambiguous);
  EXPECT_EQ(fit(row("C", {}), variant({"C", "G"}), {}).outcome, MatchOutcome::ambiguous);
  EXPECT_EQ(fit(row("A", {"T"}), variant({"T", "A"}), {.keep_ambiguous = true}).outcome,
            MatchOutcome::matched);
}

TEST(Fit, DropsRowsOfThreeAllelesUnlessKept) {
  const Variant three = variant({"A", "C", "G"});
  EXPECT_EQ(fit(row("G", {"A"}), three, {}).outcome, MatchOutcome::multiallelic);
  const Fit kept = fit(row("G", {"A"}), three, {.keep_multiallelic = true});
  EXPECT_EQ(kept.outcome, MatchOutcome::matched);
  EXPECT_EQ(kept.allele, 2);
}

TEST(Fit, TakesAnyOfTheInferredAlleles) {
  EXPECT_EQ(fit(row("A", {"C", "G"}), variant({"G", "A"}), {}).outcome, MatchOutcome::matched);
  EXPECT_EQ(fit(row("A", {"C"}), variant({"G", "A"}), {}).outcome, MatchOutcome::other_alleles);
}

/// The outcomes of a score's rows against variants of one chromosome.
std::vector<MatchOutcome> outcomes(const std::string& rows, const std::vector<Variant>& variants,
                                   const MatchRules& rules = {}) {
  const auto folder = test_folder();
  std::vector<ScoreFile> files;
  files.emplace_back(write_pgs(folder, rows));
  Matcher matcher(files, rules);
  for (std::uint32_t i = 0; i < variants.size(); ++i) matcher.offer(variants[i], i);
  std::vector<MatchOutcome> found;
  for (const Match& match : matcher.finish()) found.push_back(match.outcome);
  return found;
}

TEST(Matcher, SaysWhyEachVariantIsDropped) {
  EXPECT_THAT(outcomes("1 5 A G 1\n1 6 A G 1\n1 7 A C 1\n NA A C 1\n",
                       {variant({"G", "A"}), {"1", 7, "rs7", {"G", "T"}}}),
              testing::ElementsAre(MatchOutcome::matched, MatchOutcome::absent,
                                   MatchOutcome::flipped, MatchOutcome::no_position));
}

TEST(Matcher, FindsVariantsInAnyOrder) {
  std::vector<Variant> variants;
  std::string rows;
  for (const int position : {50, 3, 90, 17, 88, 1}) {
    variants.push_back({"1", position, ".", {"G", "A"}});
    rows += "1 " + std::to_string(position) + " A G 1\n";
  }
  std::reverse(variants.begin(), variants.end());
  EXPECT_THAT(outcomes(rows, variants), testing::Each(MatchOutcome::matched));
}

TEST(Matcher, TakesTheBetterOfTwoRows) {
  EXPECT_THAT(outcomes("1 5 A G 1\n", {variant({"G", "C"}), variant({"G", "A"})}),
              testing::ElementsAre(MatchOutcome::matched));
}

TEST(Matcher, DropsAVariantThatTwoRowsFitEquallyUnlessTheFirstIsWanted) {
  const std::vector<Variant> twice{variant({"G", "A"}), variant({"G", "A"})};
  EXPECT_THAT(outcomes("1 5 A G 1\n", twice), testing::ElementsAre(MatchOutcome::duplicate_target));
  EXPECT_THAT(outcomes("1 5 A G 1\n", twice, {.keep_first = true}),
              testing::ElementsAre(MatchOutcome::matched));
}

TEST(Matcher, DropsVariantsOfTheScoreThatFitOneRow) {
  EXPECT_THAT(outcomes("1 5 A G 1\n1 5 G A 2\n", {variant({"G", "A"})}),
              testing::Each(MatchOutcome::duplicate_score));
  EXPECT_THAT(outcomes("1 5 A G 1\n1 5 G A 2\n", {variant({"G", "A"})}, {.keep_first = true}),
              testing::ElementsAre(MatchOutcome::matched, MatchOutcome::duplicate_score));
}

}  // namespace
}  // namespace galen::prs
