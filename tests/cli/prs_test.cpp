// `galen prs` from genotypes to a risk, on small generated files and the tiny model of
// tests/golden.

#include <algorithm>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <string>

#include "../unit/io/genotype/genotype_fixture.h"
#include "base/json.h"
#include "program.h"

namespace galen {
namespace {

using testing::HasSubstr;

constexpr std::size_t kMost = std::size_t{1} << 24;

class PrsVerb : public testing::Test {
 protected:
  PrsVerb() {
    bed_ = genotype::write_bed(scratch_.folder(), "cohort",
                               {{"1", 1000, "rs1", "G", "A", {0, 1, 2, 1, 0, 2}},
                                {"1", 900000, "rs2", "C", "T", {2, 2, 0, 1, 1, 0}},
                                {"2", 1000, "rs3", "C", "A", {1, 0, 0, 0, 2, 1}}})
               .string();
  }

  [[nodiscard]] std::string file(const std::string& name) const {
    return (scratch_ / name).string();
  }
  /// A scoring file of one variant that is there and, with `absent`, one that is not.
  [[nodiscard]] std::string score(const std::string& id, bool absent) const {
    return scratch_.write(id + ".txt", "#pgs_id=" + id +
                                           "\n#genome_build=GRCh37\nchr_name\tchr_position\t"
                                           "effect_allele\tother_allele\teffect_weight\n"
                                           "1\t1000\tA\tG\t0.5\n" +
                                           (absent ? "1\t7\tA\tG\t1\n" : ""));
  }

  Scratch scratch_;
  std::string bed_;
};

TEST_F(PrsVerb, ScoresTellGenotypesAndScoresApartByContent) {
  const Outcome outcome =
      run_galen({"prs", "score", score("PGS1", false), bed_, "-o", file("s.tsv"), "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const Json json = parse_json(outcome.out, "score");
  EXPECT_EQ(json["people"], 6);
  EXPECT_EQ(json["overlaps"][0]["used"], 1);
  EXPECT_THAT(read_file(file("s.tsv"), kMost), HasSubstr("P3\tPGS1\t1\t2\t0.5\n"));
}

TEST_F(PrsVerb, ScoreGoesOnWithoutAScoreOfTooLittleOverlap) {
  const Outcome outcome = run_galen(
      {"prs", "score", bed_, score("PGS1", false), score("PGS2", true), "-o", file("s.tsv")});
  EXPECT_EQ(outcome.status, 8) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("PGS2: 1 of 2 variants used (50.0 %), too few: not scored"));
  EXPECT_THAT(read_file(file("s.tsv"), kMost), testing::Not(HasSubstr("PGS2")));
}

TEST_F(PrsVerb, ScoreWritesNothingWhenTheBuildIsAnother) {
  const Outcome outcome = run_galen(
      {"prs", "score", bed_, score("PGS1", false), "-o", file("s.tsv"), "--build", "GRCh38"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("GRCh37"));
  EXPECT_FALSE(std::filesystem::exists(file("s.tsv")));
}

TEST_F(PrsVerb, MatchWritesALineForEachVariant) {
  const Outcome outcome =
      run_galen({"prs", "match", bed_, score("PGS2", true), "-o", file("log.tsv")});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("1  absent"));
  EXPECT_THAT(read_file(file("log.tsv"), kMost), HasSubstr("\tabsent\t"));
}

TEST_F(PrsVerb, FromStatisticsToPicturesAndRisk) {
  const std::string statistics =
      scratch_.write("height.txt",
                     "CHR BP SNP A1 A2 BETA P\n1 1000 rs1 A G 0.1 1e-9\n1 900000 rs2 T C 0.2 1e-6\n"
                     "2 1000 rs3 A C 0.3 1e-3\n");
  const std::string weights = file("height.tsv");
  ASSERT_EQ(
      run_galen({"prs", "clump", statistics, "-r", bed_, "-o", weights, "--r2", "0.99"}).status, 0);
  ASSERT_EQ(run_galen({"prs", "score", bed_, weights, "-o", file("s.tsv")}).status, 0);
  const Outcome image = run_galen({"prs", "image", file("s.tsv"), "-o", file("images"), "--size",
                                   "56", "--square", "14", "--json"});
  ASSERT_EQ(image.status, 0) << image.err;
  EXPECT_EQ(parse_json(image.out, "image")["traits"], 1);
  const Outcome again = run_galen(
      {"prs", "image", file("s.tsv"), "-o", file("again"), "--scale", file("images/scale.json")});
  ASSERT_EQ(again.status, 0) << again.err;
  EXPECT_EQ(read_file(file("again/P1.png"), kMost), read_file(file("images/P1.png"), kMost));

  const std::map<std::string, std::string> models{{"GALEN_MODELS", file("models")},
                                                  {"XDG_CACHE_HOME", file("cache")}};
  ASSERT_EQ(
      run_galen({"models", "import", GALEN_SOURCE_DIR "/tests/golden/gemma3/sharded/checkpoint",
                 "--name", "tiny"},
                models)
          .status,
      0);
  std::string people = "IID,age\n";
  for (int i = 1; i <= 6; ++i)
    people += "P" + std::to_string(i) + "," + std::to_string(40 + i) + "\n";
  const Outcome risk =
      run_galen({"prs", "predict", file("images/images.csv"), "--outcome", "asthma", "--people",
                 scratch_.write("people.csv", people), "-o", file("risk.tsv"), "-m", "tiny"},
                models);
  ASSERT_EQ(risk.status, 0) << risk.err;
  const std::string table = read_file(file("risk.tsv"), kMost);
  EXPECT_THAT(table,
              testing::StartsWith("IID\toutcome\tlog_likelihood_ratio\tprobability\nP1\tasthma\t"));
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 7);
  EXPECT_FALSE(std::filesystem::exists(file("risk.tsv.partial")));

  // A run that found its third picture damaged goes on with that one alone.
  const std::string third = read_file(file("images/P3.png"), kMost);
  write_file(file("images/P3.png"), "no picture");
  const std::vector<std::string> words{"prs",    "predict", file("images/images.csv"), "--outcome",
                                       "asthma", "-o",      file("again.tsv"),         "-m",
                                       "tiny"};
  EXPECT_EQ(run_galen(words, models).status, 8);
  write_file(file("images/P3.png"), third);
  std::filesystem::remove(file("images/P1.png"));
  const Outcome rest = run_galen(words, models);
  EXPECT_EQ(rest.status, 0) << rest.err;
  const std::string whole = read_file(file("again.tsv"), kMost);
  EXPECT_EQ(std::count(whole.begin(), whole.end(), '\n'), 7);
  EXPECT_FALSE(std::filesystem::exists(file("again.tsv.partial")));
}

}  // namespace
}  // namespace galen
