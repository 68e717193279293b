#include <gmock/gmock.h>

#include "score_fixture.h"

namespace galen::prs {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;

PrsInputs inputs(std::vector<std::filesystem::path> genotypes,
                 std::vector<std::filesystem::path> scores) {
  PrsInputs out;
  out.genotypes = std::move(genotypes);
  out.scores = std::move(scores);
  out.threads = 2;
  return out;
}

std::vector<Row> three_rows() {
  return {{"1", 5, "rs5", "G", "A", {0, 1, 2, 1}},
          {"1", 6, "rs6", "C", "T", {2, 2, 0, kMiss}},
          {"2", 7, "rs7", "C", "A", {1, 0, 0, 0}}};
}

TEST(ScorePeople, AddsWeightsTimesCopiesOfTheEffectAllele) {
  const auto folder = test_folder();
  const auto table =
      score_people(inputs({write_bed(folder, "a", three_rows())},
                          {write_pgs(folder, "1 5 A G 1\n1 6 C T 10\n2 7 A C 100\n")}));
  EXPECT_THAT(table.people, ElementsAre("P1", "P2", "P3", "P4"));
  EXPECT_THAT(table.scores, ElementsAre("PGS1"));
  // The fourth has a missing call, which counts as the mean of the others: 2 - 4/3 copies of C.
  EXPECT_THAT(table.sums, ElementsAre(DoubleNear(100, 1e-12), DoubleNear(1, 1e-12),
                                      DoubleNear(22, 1e-12), DoubleNear(1 + 20.0 / 3, 1e-12)));
  EXPECT_EQ(table.denominators[0], 6);
}

TEST(ScorePeople, TakesFilesOfSeveralChromosomes) {
  const auto folder = test_folder();
  const auto rows = three_rows();
  const auto table = score_people(
      inputs({write_bed(folder, "chr1", {rows[0], rows[1]}), write_bed(folder, "chr2", {rows[2]})},
             {write_pgs(folder, "1 5 A G 1\n2 7 A C 100\n")}));
  EXPECT_THAT(table.sums, ElementsAre(100, 1, 2, 1));
}

TEST(ScorePeople, WeighsDominantAndRecessiveCopies) {
  const auto folder = test_folder();
  const auto table = score_people(inputs(
      {write_bed(folder, "a", three_rows())},
      {write_pgs(folder, "1 5 A G 1 TRUE FALSE\n2 7 C A 10 FALSE TRUE\n", "D",
                 "chr_name chr_position effect_allele other_allele effect_weight is_dominant "
                 "is_recessive")}));
  EXPECT_THAT(table.sums, ElementsAre(0, 11, 11, 11));
}

TEST(ScorePeople, ScoresManyPeopleVariantsAndScoresAsTheirSumsByHand) {
  constexpr std::size_t kPeople = 37;
  constexpr std::size_t kVariants = 1300;  // several batches
  constexpr std::size_t kScores = 11;
  const auto folder = test_folder();
  std::vector<Row> rows;
  std::string table_text = "ID A1";
  for (std::size_t s = 0; s < kScores; ++s) table_text += " s" + std::to_string(s);
  std::vector<double> wanted(kPeople * kScores);
  std::uint32_t state = 1;
  const auto random = [&](std::uint32_t below) {
    state = state * 1664525U + 1013904223U;
    return (state >> 10) % below;
  };
  for (std::size_t v = 0; v < kVariants; ++v) {
    Row row{"1", static_cast<int>(v + 1), "v" + std::to_string(v), "G", "A", {}};
    for (std::size_t i = 0; i < kPeople; ++i) {
      row.calls.push_back(static_cast<std::uint8_t>(random(3)));
    }
    const bool of_reference = random(2) == 1;
    table_text += "\n" + row.id + (of_reference ? " G" : " A");
    for (std::size_t s = 0; s < kScores; ++s) {
      const double weight = random(1000) / 1000.0;
      table_text += " " + std::to_string(weight);
      for (std::size_t i = 0; i < kPeople; ++i) {
        wanted[i * kScores + s] += weight * (of_reference ? 2 - row.calls[i] : row.calls[i]);
      }
    }
    rows.push_back(std::move(row));
  }
  write_file(folder / "many.txt", table_text + "\n");
  const auto table = score_people(inputs({write_bed(folder, "a", rows)}, {folder / "many.txt"}));
  ASSERT_EQ(table.sums.size(), wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) ASSERT_NEAR(table.sums[i], wanted[i], 1e-9);
}

TEST(ScorePeople, WeighsDosagesAsHardCalls) {
  const auto folder = test_folder();
  const auto vcf = genotype::write_vcf(folder, 8,
                                       "1 5 rs5 G A . . . DS 0 0.25 0.5 1 1.5 2 . 2\n"
                                       "1 6 rs6 C A . . . GT 0/0 0/1 1/1 0/0 0/0 0/0 0/0 0/0\n"
                                       "2 7 rs7 C A . . . DS 1 0 0 0 0 0 0 0\n");
  const auto table =
      score_people(inputs({vcf}, {write_pgs(folder, "1 5 G A 1\n1 6 A C 10\n2 7 A C 100\n")}));
  const double mean = (0.25 + 0.5 + 1 + 1.5 + 2 + 2) / 7;
  EXPECT_THAT(table.sums, ElementsAre(102, 11.75, 21.5, 1, 0.5, 0, DoubleNear(2 - mean, 1e-9), 0));
}

TEST(ScorePeople, UsesOneAlleleOfARowOfThree) {
  const auto folder = test_folder();
  const auto vcf = genotype::write_vcf(folder, 2, "1 5 rs5 G A,T . . . GT 1/2 0/2\n");
  PrsInputs both = inputs({vcf}, {write_pgs(folder, "1 5 T G 1\n")});
  both.rules.keep_multiallelic = true;
  EXPECT_THAT(score_people(both).sums, ElementsAre(1, 1));
}

TEST(ScorePeople, LeavesOutAScoreWithTooLittleOverlap) {
  const auto folder = test_folder();
  const auto table = score_people(inputs({write_bed(folder, "a", three_rows())},
                                         {write_pgs(folder, "1 5 A G 1\n1 600 A G 1\n", "half"),
                                          write_pgs(folder, "1 5 A G 1\n", "whole")}));
  EXPECT_THAT(table.scores, ElementsAre("whole"));
  EXPECT_FALSE(table.overlaps[0].passes);
  EXPECT_EQ(table.overlaps[0].share(), 0.5);
}

TEST(ScorePeople, RefusesNoOverlapAtAll) {
  const auto folder = test_folder();
  const auto none = inputs({write_bed(folder, "a", three_rows())},
                           {write_pgs(folder, "1 500 A G 1\n1 600 A G 1\n")});
  EXPECT_THAT(refusal(ErrorKind::invalid_argument, [&] { (void)score_people(none); }),
              testing::AllOf(HasSubstr("0 of 2 variants"), HasSubstr("genome build")));
}

TEST(ScorePeople, RefusesAnotherGenomeBuild) {
  const auto folder = test_folder();
  const auto vcf = genotype::write_vcf(folder, 1, "22 5 rs5 G A . . . GT 0/1\n",
                                       "##contig=<ID=22,length=50818468>\n");
  const auto score = write_pgs(folder, "22 5 A G 1\n");
  EXPECT_THAT(
      refusal(ErrorKind::invalid_argument, [&] { (void)score_people(inputs({vcf}, {score})); }),
      testing::AllOf(HasSubstr("GRCh37"), HasSubstr("GRCh38")));
}

TEST(ScorePeople, RefusesFilesOfDifferentPeople) {
  const auto folder = test_folder();
  const auto a = write_bed(folder, "a", {{"1", 5, "rs5", "G", "A", {0, 1}}});
  const auto b = write_bed(folder, "b", {{"2", 5, "rs6", "G", "A", {0, 1, 2}}});
  EXPECT_THAT(refusal(ErrorKind::invalid_argument,
                      [&] {
                        (void)score_people(inputs({a, b}, {write_pgs(folder, "1 5 A G 1\n")}));
                      }),
              HasSubstr("other people"));
}

TEST(ScorePeople, RefusesTwoScoresOfOneName) {
  const auto folder = test_folder();
  std::filesystem::create_directories(folder / "b");
  const auto a = write_pgs(folder, "1 5 A G 1\n");
  const auto b = write_pgs(folder / "b", "1 5 A G 2\n");
  const auto bed = write_bed(folder, "a", three_rows());
  EXPECT_THAT(refusal(ErrorKind::invalid_argument,
                      [&] {
                        (void)score_people(inputs({bed}, {a, b}));
                      }),
              HasSubstr("PGS1"));
}

TEST(WriteScores, WritesLinesOrColumns) {
  const auto folder = test_folder();
  ScoreTable table;
  table.people = {"a", "b"};
  table.scores = {"x", "y"};
  table.sums = {1, 2, 3, 4};
  table.denominators = {2, 4};
  write_scores(folder / "l.tsv", table, ScoreLayout::lines);
  EXPECT_THAT(read_file(folder / "l.tsv", 1000),
              testing::StartsWith("IID\tPGS\tSUM\tDENOM\tAVG\na\tx\t1\t2\t0.5\na\ty\t2\t4\t0.5\n"));
  write_scores(folder / "c.tsv", table, ScoreLayout::columns);
  EXPECT_THAT(
      read_file(folder / "c.tsv", 1000),
      testing::EndsWith("IID\tx_SUM\tx_AVG\ty_SUM\ty_AVG\na\t1\t0.5\t2\t0.5\nb\t3\t1.5\t4\t1\n"));
}

TEST(WriteScores, RefusesATableWithoutItsSumsOrDenominators) {
  const auto path = test_folder() / "s.tsv";
  ScoreTable table;
  table.people = {"a", "b"};
  table.scores = {"x"};
  table.sums = {1, 2};
  EXPECT_THAT(
      refusal(ErrorKind::invalid_argument, [&] { write_scores(path, table, ScoreLayout::lines); }),
      HasSubstr("2 sums and 0 denominators"));
  table.denominators = {2};
  table.sums.pop_back();
  EXPECT_THAT(refusal(ErrorKind::invalid_argument,
                      [&] { write_scores(path, table, ScoreLayout::columns); }),
              HasSubstr("1 sums and 1 denominators"));
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(MatchLog, SaysWhyAVariantIsNotUsed) {
  const auto folder = test_folder();
  const auto both = inputs({write_bed(folder, "a", three_rows())},
                           {write_pgs(folder, "1 5 A G 1\n1 6 A G 1\n9 6 A G 1\n")});
  const auto overlaps = match_scores(both, folder / "log.tsv");
  EXPECT_EQ(overlaps[0].used, 2U);
  const std::string log = read_file(folder / "log.tsv", 10000);
  EXPECT_THAT(log, HasSubstr("PGS1\t5\t.\t1\t5\tA\tG\tmatched\trs5 G>A\t"));
  EXPECT_THAT(log, HasSubstr("PGS1\t6\t.\t1\t6\tA\tG\tflipped\trs6 C>T\t"));
  EXPECT_THAT(log, HasSubstr("PGS1\t7\t.\t9\t6\tA\tG\tabsent\t\t"));
}

}  // namespace
}  // namespace galen::prs
