#include "eval/reports/text_pairs.h"

#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <galen/error.h>

#include "base/file.h"
#include "eval/reports/text_scores.h"

namespace galen::eval {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class TextPairs : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) / ("galen-pairs-" + std::to_string(getpid()));
    fs::create_directories(folder_ / "reports");
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path list(const std::string& text) const {
    write_file(folder_ / "list.csv", text);
    return folder_ / "list.csv";
  }
  void report(const std::string& file, const std::string& part, int shown, int left_out) const {
    std::string slides;
    for (int i = 0; i < shown; ++i) slides += i == 0 ? "{}" : ",{}";
    write_file(folder_ / "reports" / file,
               R"({"case":"C","part":")" + part +
                   R"(","specimen":"colon","sections":[{"title":"Diagnosis","text":"adenoma"}],)" +
                   R"("manifest":{"slides":[)" + slides + R"(],"left_out":{"slides":)" +
                   std::to_string(left_out) + "}}}");
  }
  std::string error_of(const fs::path& path, const fs::path& reports) const {
    try {
      (void)read_text_pairs(path, reports);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }
  fs::path folder_;
};

TEST_F(TextPairs, ComeFromTheListAlone) {
  const auto pairs = read_text_pairs(
      list("case,part,slides,original,generated\nC,A,3,\"Adenoma, tubular\",adenoma\n"), {});
  ASSERT_EQ(pairs.size(), 1U);
  EXPECT_EQ(pairs[0].name(), "C/A");
  EXPECT_EQ(pairs[0].slides, 3);
  EXPECT_EQ(pairs[0].original, "Adenoma, tubular");
}

TEST_F(TextPairs, TakeTheGeneratedTextFromReports) {
  report("C-A.json", "A", 2, 4);
  report("C-B.json", "B", 1, 0);
  write_file(folder_ / "reports" / "C-A.txt", "not read");
  const auto pairs =
      read_text_pairs(list("case,part,original\nC,B,polyp\nC,A,Adenoma\n"), folder_ / "reports");
  ASSERT_EQ(pairs.size(), 2U);
  EXPECT_EQ(pairs[1].generated, "adenoma");
  EXPECT_EQ(pairs[1].slides, 6);
  EXPECT_EQ(pairs[1].specimen, "colon");
}

TEST_F(TextPairs, NameWhatIsWrong) {
  report("C-A.json", "A", 1, 0);
  EXPECT_THAT(error_of(list("case,part,original\nC,B,polyp\n"), folder_ / "reports"),
              HasSubstr("C/B"));
  EXPECT_THAT(error_of(list("case,part,original\nC,A,x\nC,A,y\n"), folder_ / "reports"),
              HasSubstr("twice"));
  EXPECT_THAT(error_of(list("case,part,original\nC,A,\n"), folder_ / "reports"),
              HasSubstr("original"));
  EXPECT_THAT(error_of(list("case,part,slides,original,generated\nC,A,0,x,y\n"), {}),
              HasSubstr("0 slides"));
  write_file(folder_ / "reports" / "other.json", "{}");
  EXPECT_THAT(error_of(list("case,part,original\nC,A,x\n"), folder_ / "reports"),
              HasSubstr("other.json"));
}

TEST_F(TextPairs, AreScoredBySlideCount) {
  const std::vector<TextPair> pairs{{"C", "A", "", 1, "benign nevus", "benign nevus"},
                                    {"C", "B", "", 4, "melanoma", "benign"},
                                    {"C", "D", "", 7, "benign nevus of skin", "benign nevus"}};
  const auto results = text_scores(pairs, {.resamples = 50});
  ASSERT_EQ(results.size(), 12U);  // three measures of all, 1, 2-5 and 6+
  EXPECT_EQ(results[0].parts, 3U);
  EXPECT_NEAR(results[0].value, (1 + 0 + 2.0 / 3) / 3, 1e-12);
  EXPECT_EQ(results[3].slides, "1");
  EXPECT_EQ(results[3].value, 1);
  EXPECT_EQ(results[6].slides, "2-5");
  EXPECT_EQ(results[6].value, 0);
  EXPECT_EQ(results[9].slides, "6+");
  EXPECT_LE(results[0].interval.low, results[0].value);
  EXPECT_GE(results[0].interval.high, results[0].value);
}

}  // namespace
}  // namespace galen::eval
