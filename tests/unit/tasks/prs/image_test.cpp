#include <gmock/gmock.h>

#include <galen/prs_image.h>

#include "score_fixture.h"

namespace galen::prs {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// Five people; person i has i in every score of `scores`, times one more than its number.
ScoreTable table_of(std::vector<std::string> scores) {
  ScoreTable table;
  table.scores = std::move(scores);
  table.denominators.resize(table.scores.size(), 2);
  for (int i = 0; i < 5; ++i) {
    table.people.push_back(genotype::person(static_cast<std::size_t>(i)));
    for (std::size_t s = 0; s < table.scores.size(); ++s) {
      table.sums.push_back(i * static_cast<double>(s + 1));
    }
  }
  return table;
}

std::vector<int> pixel(const Image& image, int x, int y) {
  const auto at = (static_cast<std::size_t>(y) * image.width + x) * 3;
  return {image.data[at], image.data[at + 1], image.data[at + 2]};
}

TEST(PrsImage, GivesEachTraitASquareAndEachThresholdAColour) {
  // The thresholds come in any order; red is the smallest.
  const ScoreTable table = table_of({"a@1e-2", "a@5e-8", "a@1e-5", "b", "c"});
  PrsImageScale scale = fit_prs_image(table, {});
  EXPECT_THAT(scale.traits, ElementsAre("a", "b", "c"));
  EXPECT_THAT(std::vector<std::string>(scale.scores.begin(), scale.scores.begin() + 3),
              ElementsAre("a@5e-8", "a@1e-5", "a@1e-2"));
  EXPECT_EQ(scale.columns, 2);
  scale.low = {0, 0, 0, 0, 0, 0, 0, 0, 0};
  scale.high = {8, 12, 4, 16, 16, 16, 20, 20, 20};
  const Image image = prs_image(scale, table, 2);
  EXPECT_EQ(image.width, 16);
  EXPECT_EQ(image.height, 16);
  EXPECT_THAT(pixel(image, 0, 0), ElementsAre(128, 128, 128));
  EXPECT_THAT(pixel(image, 7, 7), ElementsAre(128, 128, 128));
  EXPECT_THAT(pixel(image, 8, 0), ElementsAre(128, 128, 128));
  EXPECT_THAT(pixel(image, 0, 8), ElementsAre(128, 128, 128));
  EXPECT_THAT(pixel(image, 8, 8), ElementsAre(0, 0, 0)) << "no trait";
}

TEST(PrsImage, IsScaledByTheTrainingPeopleAlone) {
  ScoreTable table = table_of({"a"});
  table.sums[4] = 1000;  // a person whom training does not see
  const PrsImageScale scale = fit_prs_image(table, {"P1", "P2", "P3"});
  EXPECT_EQ(scale.people, 3U);
  EXPECT_NEAR(scale.low[0], 0.01, 1e-12);
  EXPECT_NEAR(scale.high[0], 1.99, 1e-12);
  EXPECT_THAT(pixel(prs_image(scale, table, 4), 0, 0), ElementsAre(255, 255, 255));
  EXPECT_THAT(pixel(prs_image(scale, table, 0), 0, 0), ElementsAre(0, 0, 0));
}

TEST(PrsImage, LeavesTheRestOfALargerPictureBlack) {
  const ScoreTable table = table_of({"a"});
  const Image image = prs_image(fit_prs_image(table, {}, {.square = 14, .size = 28}), table, 4);
  EXPECT_EQ(image.width, 28);
  EXPECT_THAT(pixel(image, 13, 13), ElementsAre(255, 255, 255));
  EXPECT_THAT(pixel(image, 14, 0), ElementsAre(0, 0, 0));
}

TEST(PrsImage, KeepsItsScaleInAFile) {
  const auto folder = test_folder();
  const ScoreTable table = table_of({"a@1e-2", "a@5e-8", "a@1e-5", "b"});
  const PrsImageScale scale = fit_prs_image(table, {});
  save_prs_image_scale(folder / "scale.json", scale);
  const PrsImageScale loaded = load_prs_image_scale(folder / "scale.json");
  EXPECT_EQ(prs_image(loaded, table, 3).data, prs_image(scale, table, 3).data);
  write_file(folder / "scale.json", "{}");
  EXPECT_THROW((void)load_prs_image_scale(folder / "scale.json"), Error);
}

TEST(PrsImage, RefusesWhatItCannotDraw) {
  EXPECT_THAT(refusal(ErrorKind::invalid_argument,
                      [] {
                        (void)fit_prs_image(table_of({"a@1e-2", "a@5e-8"}), {});
                      }),
              HasSubstr("a has 2 scores"));
  EXPECT_THAT(refusal(ErrorKind::invalid_argument,
                      [] {
                        (void)fit_prs_image(table_of({"a", "b"}), {}, {.square = 8, .size = 8});
                      }),
              HasSubstr("16 pixels"));
  EXPECT_THAT(refusal(ErrorKind::invalid_argument,
                      [] {
                        (void)fit_prs_image(table_of({"a"}), {"P1", "secret"});
                      }),
              testing::AllOf(HasSubstr("person 2 of 2"), testing::Not(HasSubstr("secret"))));
  const PrsImageScale scale = fit_prs_image(table_of({"a"}), {});
  EXPECT_THAT(
      refusal(ErrorKind::invalid_argument, [&] { (void)prs_image(scale, table_of({"b"}), 0); }),
      HasSubstr("lacks the score a"));
}

TEST(ReadScores, ReadsBothLayouts) {
  const auto folder = test_folder();
  const ScoreTable table = table_of({"x", "y"});
  for (const auto layout : {ScoreLayout::lines, ScoreLayout::columns}) {
    write_scores(folder / "s.tsv", table, layout);
    const ScoreTable read = read_scores(folder / "s.tsv");
    EXPECT_EQ(read.people, table.people);
    EXPECT_EQ(read.scores, table.scores);
    EXPECT_EQ(read.sums, table.sums);
  }
}

TEST(ReadScores, NamesTheLineOfWhatIsNoNumber) {
  const auto folder = test_folder();
  for (const std::string word : {"many", "nan", "inf"}) {
    write_file(folder / "s.tsv", "IID\tx_SUM\nP1\t1\nP2\t" + word + "\n");
    EXPECT_THAT(refusal(ErrorKind::malformed, [&] { (void)read_scores(folder / "s.tsv"); }),
                HasSubstr("line 3"))
        << word;
  }
}

TEST(ReadScores, RefusesAPersonWhoComesTwice) {
  const auto path = test_folder() / "s.tsv";
  write_file(path, "IID\tx_SUM\nP1\t1\nP2\t2\nP1\t3\n");
  EXPECT_THAT(refusal(ErrorKind::malformed, [&] { (void)read_scores(path); }), HasSubstr("line 4"));
  // As many lines as two people with two scores have, but one is missing.
  write_file(path, "IID\tPGS\tSUM\nP1\tx\t1\nP1\tx\t2\nP2\tx\t3\nP2\ty\t4\n");
  EXPECT_THAT(refusal(ErrorKind::malformed, [&] { (void)read_scores(path); }),
              HasSubstr("person 1 has two lines of the score x"));
}

}  // namespace
}  // namespace galen::prs
