#include <cmath>
#include <gmock/gmock.h>

#include "score_fixture.h"
#include "tasks/prs/call_planes.h"
#include "tasks/prs/summary_statistics.h"

namespace galen::prs {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

genotype::Dosages hard(std::vector<std::uint8_t> calls) {
  return {.is_hard = true, .calls = std::move(calls), .values = {}};
}

TEST(CallPlanes, CorrelateAsTheCopiesOfThoseCalledInBoth) {
  const CallPlanes a(hard({0, 1, 2, 1, kMiss, 0, 2}));
  const CallPlanes b(hard({0, 2, 1, 1, 2, kMiss, 2}));
  // numpy.corrcoef([0, 1, 2, 1, 2], [0, 2, 1, 1, 2])[0, 1] ** 2
  EXPECT_NEAR(a.r2(b), 0.41326530612244905, 1e-12);
  EXPECT_NEAR(a.r2(a), 1, 1e-12);
}

TEST(CallPlanes, OfAVariantThatDoesNotVaryCorrelateWithNothing) {
  EXPECT_EQ(CallPlanes(hard({1, 1, 1})).r2(CallPlanes(hard({0, 1, 2}))), 0);
}

TEST(CallPlanes, ReachAcrossWords) {
  std::vector<std::uint8_t> calls(200);
  for (std::size_t i = 0; i < calls.size(); ++i) calls[i] = static_cast<std::uint8_t>(i % 3);
  std::vector<std::uint8_t> opposite = calls;
  for (std::uint8_t& call : opposite) call = static_cast<std::uint8_t>(2 - call);
  EXPECT_NEAR(CallPlanes(hard(calls)).r2(CallPlanes(hard(opposite))), 1, 1e-12);
}

SummaryStatistics read(const std::string& text, double max_p = 1) {
  const auto path = test_folder() / "s.txt";
  write_file(path, text);
  return read_summary_statistics(path, max_p);
}

TEST(SummaryStatistics, ReadPlinksOddsRatios) {
  const auto found = read(
      " CHR SNP BP A1 TEST NMISS OR STAT P\n 1 rs1 7 A ADD 10 2.0 1 1e-3\n"
      " 1 rs1 7 A COV1 10 2.0 1 1e-9\n 1 rs2 8 C ADD 10 NA NA NA\n");
  ASSERT_EQ(found.rows.size(), 1U);
  EXPECT_EQ(found.rows_read, 3U);
  EXPECT_NEAR(found.rows[0].weight, std::log(2), 1e-12);
  EXPECT_EQ(found.rows[0].p, 1e-3);
  EXPECT_EQ(found.rows[0].variant.id, "rs1");
  EXPECT_EQ(found.rows[0].variant.effect, "A");
}

TEST(SummaryStatistics, ReadRegenie) {
  const auto found = read(
      "CHROM GENPOS ID ALLELE0 ALLELE1 A1FREQ N TEST BETA SE CHISQ LOG10P\n"
      "1 5 rs5 G A 0.2 494 ADD 0.5 0.2 1 3\n");
  ASSERT_EQ(found.rows.size(), 1U);
  EXPECT_NEAR(found.rows[0].p, 1e-3, 1e-15);
  EXPECT_EQ(found.rows[0].variant.effect, "A");
  EXPECT_THAT(found.rows[0].variant.others, ElementsAre("G"));
  EXPECT_EQ(found.rows[0].variant.position, 5);
}

TEST(SummaryStatistics, ReadPlink2sOtherAlleleFromRefAndAlt) {
  const auto found =
      read("#CHROM\tPOS\tID\tREF\tALT\tA1\tTEST\tBETA\tP\n1\t5\trs5\tG\tA\tG\tADD\t1\t0.5\n");
  EXPECT_EQ(found.rows[0].variant.effect, "G");
  EXPECT_THAT(found.rows[0].variant.others, ElementsAre("A"));
}

TEST(SummaryStatistics, KeepTheSmallestPValues) {
  const auto found = read("SNP A1 BETA P\na A 1 1e-400\nb A 1 0.01\nc A 1 0.02\n", 0.01);
  ASSERT_EQ(found.rows.size(), 2U);
  EXPECT_EQ(found.rows[0].p, 0);
}

TEST(SummaryStatistics, SayWhichColumnsAreWanted) {
  EXPECT_THAT(refusal(ErrorKind::malformed, [] { (void)read("SNP A1 P\na A 1\n"); }),
              HasSubstr("BETA or OR"));
}

/// b goes with a, c with neither; d is as b, but far away.
ClumpInputs clump_inputs(const std::filesystem::path& folder) {
  ClumpInputs inputs;
  inputs.reference.genotypes = {write_bed(folder, "ref",
                                          {{"1", 1000, "a", "G", "A", {0, 1, 2, 0, 1, 2, 0, 0}},
                                           {"1", 2000, "b", "G", "A", {0, 1, 2, 0, 1, 2, 0, 1}},
                                           {"1", 3000, "c", "G", "A", {2, 0, 0, 2, 1, 0, 1, 0}},
                                           {"1", 900000, "d", "G", "A", {0, 1, 2, 0, 1, 2, 0, 0}},
                                           {"2", 1000, "e", "G", "A", {0, 1, 2, 0, 1, 2, 0, 0}}})};
  inputs.statistics = folder / "gwas.txt";
  write_file(inputs.statistics,
             "CHR BP SNP A1 A2 BETA P\n1 1000 a A G 0.1 1e-6\n1 2000 b A G 0.2 1e-9\n"
             "1 3000 c G A 0.3 1e-3\n1 900000 d A G 0.4 1e-4\n2 1000 e A G 0.5 0.5\n"
             "3 1 absent A G 1 1e-9\n");
  inputs.r2 = 0.8;
  return inputs;
}

TEST(Clump, KeepsTheSmallestPValueOfWhatGoesTogether) {
  const ClumpResult result = clump(clump_inputs(test_folder()));
  EXPECT_EQ(result.rows, 6U);
  EXPECT_EQ(result.below, 5U);
  EXPECT_EQ(result.matched, 4U);
  std::vector<std::string> ids;
  for (const ClumpedVariant& variant : result.variants) ids.push_back(variant.id);
  EXPECT_THAT(ids, ElementsAre("b", "c", "d"));
  EXPECT_EQ(result.variants[0].clump_size, 2U);
}

TEST(Clump, KeepsAllWhereNothingMayGoTogether) {
  ClumpInputs inputs = clump_inputs(test_folder());
  inputs.window = 0;
  EXPECT_EQ(clump(inputs).variants.size(), 4U);
}

TEST(Clump, RefusesAWindowThatReachesOtherChromosomes) {
  ClumpInputs inputs = clump_inputs(test_folder());
  for (const std::int64_t window : {std::int64_t{-1}, std::int64_t{1} << 41}) {
    inputs.window = window;
    EXPECT_THAT(refusal(ErrorKind::invalid_argument, [&] { (void)clump(inputs); }),
                HasSubstr("a window of " + std::to_string(window)));
  }
}

TEST(Clump, WritesOneWeightPerThresholdWhichScoreReads) {
  const auto folder = test_folder();
  const ClumpInputs inputs = clump_inputs(folder);
  write_clumped(folder / "weights.tsv", clump(inputs));
  EXPECT_THAT(read_file(folder / "weights.tsv", 10000),
              HasSubstr("b\t1\t2000\tA\tG\t1e-09\t0.2\t0.2\t0.2\n"
                        "c\t1\t3000\tG\tA\t0.001\t0\t0\t0.3\n"));
  PrsInputs score;
  score.genotypes = inputs.reference.genotypes;
  score.scores = {folder / "weights.tsv"};
  const ScoreTable table = score_people(score);
  EXPECT_THAT(table.scores, ElementsAre("gwas@5e-08", "gwas@1e-05", "gwas@0.01"));
  EXPECT_NEAR(table.sum(1, 0), 0.2, 1e-12);
  EXPECT_NEAR(table.sum(1, 2), 0.2 + 0.6 + 0.4, 1e-12);
}

TEST(Clump, RefusesStatisticsThatTheReferenceDoesNotHave) {
  ClumpInputs inputs = clump_inputs(test_folder());
  write_file(inputs.statistics, "CHR BP SNP A1 A2 BETA P\n9 1 x A G 0.1 1e-9\n");
  EXPECT_THAT(refusal(ErrorKind::invalid_argument, [&] { (void)clump(inputs); }),
              HasSubstr("genome build"));
}

}  // namespace
}  // namespace galen::prs
