// `galen report` on small slides and the tiny model of tests/golden.
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <vector>

#include "../unit/tasks/report_fixture.h"
#include "base/file.h"
#include "base/json.h"
#include "program.h"

namespace galen {
namespace {

using testing::HasSubstr;

constexpr std::size_t kMost = std::size_t{1} << 24;

class ReportVerb : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    scratch_ = std::make_unique<Scratch>();
    ASSERT_EQ(run({"models", "import", GALEN_SOURCE_DIR "/tests/golden/gemma3/sharded/checkpoint",
                   "--name", "gemma"})
                  .status,
              0);
    tasks::write_slide(*scratch_ / "a.tif", 6, 4);
    tasks::write_slide(*scratch_ / "b.tif", 3, 3);
  }
  static void TearDownTestSuite() { scratch_.reset(); }

  static std::string file(const std::string& name) { return (*scratch_ / name).string(); }
  static Outcome run(std::vector<std::string> words) {
    return run_galen(words, {{"GALEN_MODELS", file("models")}, {"XDG_CACHE_HOME", file("cache")}});
  }
  static Outcome report(const std::vector<std::string>& words) {
    std::vector<std::string> all{"report",
                                 "--model",
                                 "gemma",
                                 "--specimen",
                                 "colon, biopsy",
                                 "--patch-size",
                                 "56",
                                 "--tokens-per-patch",
                                 "4",
                                 "--max-tokens",
                                 "6"};
    all.insert(all.end(), words.begin(), words.end());
    return run(all);
  }

  static std::unique_ptr<Scratch> scratch_;
};
std::unique_ptr<Scratch> ReportVerb::scratch_;

TEST_F(ReportVerb, WritesEveryForm) {
  const Outcome outcome =
      report({file("a.tif"), file("b.tif"), "--text", file("r.txt"), "--json", "--html",
              file("r.html"), "--manifest", file("m.json"), "--max-patches", "12"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(read_file(file("r.txt"), kMost), HasSubstr("12 of 33 patches"));
  EXPECT_THAT(outcome.err, testing::AllOf(HasSubstr("patch cap"), HasSubstr("KV cache")));
  const Json json = parse_json(outcome.out, "report");
  EXPECT_EQ(json["manifest"], parse_json(read_file(file("m.json"), kMost), "m.json"));
  EXPECT_EQ(json["manifest"]["patches"].size(), 12U);
  EXPECT_THAT(read_file(file("r.html"), kMost), HasSubstr("What the model was shown"));
}

TEST_F(ReportVerb, ASecondRunFindsTheEmbeddings) {
  const std::vector<std::string> words{file("b.tif"), "--json", "--max-patches", "7"};
  ASSERT_EQ(report(words).status, 0);
  const Json json = parse_json(report(words).out, "report");
  EXPECT_EQ(json["usage"]["images_cached"], 7);
}

TEST_F(ReportVerb, AnotherPixelSizeIsOtherPixels) {
  tasks::write_slide(*scratch_ / "bare.tif", 4, 4, false);
  std::vector<std::string> words{
      "report", file("bare.tif"), "--model", "gemma",  "--specimen", "skin", "--patch-size",
      "56",     "--max-tokens",   "6",       "--json", "--mpp",      "1"};
  ASSERT_EQ(run(words).status, 0);
  words.back() = "0.5";
  const Json json = parse_json(run(words).out, "report");
  EXPECT_FALSE(json["manifest"]["patches"].empty());
  EXPECT_EQ(json["usage"]["images_cached"], 0);
}

TEST_F(ReportVerb, AListGoesOnPastABadPartAndIsNotDoneTwice) {
  write_file(file("parts.csv"), "case,part,slide\nC/1,A,a.tif\nC/1,B,missing.tif\nC/1,C,b.tif\n");
  EXPECT_EQ(report({file("parts.csv")}).status, 2);
  const Outcome outcome = report({file("parts.csv"), "--out", file("reports")});
  EXPECT_EQ(outcome.status, 8);
  EXPECT_THAT(outcome.err, HasSubstr("missing.tif"));
  EXPECT_TRUE(std::filesystem::exists(file("reports/C_1-A.json")));
  EXPECT_TRUE(std::filesystem::exists(file("reports/C_1-C.html")));
  EXPECT_THAT(report({file("parts.csv"), "--out", file("reports")}).err,
              testing::AllOf(testing::Not(HasSubstr("KV cache")),
                             HasSubstr("2 of 3 parts had their report")));
}

TEST_F(ReportVerb, WhatCannotBeWrittenIsRefusedBeforeSlidesAreRead) {
  write_file(file("alike.csv"), "case,part,slide\nC/1,A,a.tif\nC_1,A,b.tif\n");
  const Outcome alike = report({file("alike.csv"), "--out", file("alike")});
  EXPECT_EQ(alike.status, 2);
  EXPECT_THAT(alike.err, HasSubstr("parts 1 and 2"));
  EXPECT_FALSE(std::filesystem::exists(file("alike")));
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"--sr", file("none.dcm")},
        std::vector<std::string>{"--out", file("none"), "--pdf", file("none.pdf")}}) {
    std::vector<std::string> all{file("a.tif")};
    all.insert(all.end(), words.begin(), words.end());
    const Outcome outcome = report(all);
    EXPECT_EQ(outcome.status, 2);
    EXPECT_THAT(outcome.err, testing::Not(HasSubstr("KV cache")));
  }
}

TEST_F(ReportVerb, PrintsTextAndFillsAFolder) {
  const Outcome printed = report({file("b.tif")});
  EXPECT_THAT(printed.out, HasSubstr("9 of 9 patches"));
  ASSERT_EQ(report({file("b.tif"), "--out", file("one")}).status, 0);
  EXPECT_EQ(read_file(file("one/report.txt"), kMost).substr(0, 24), printed.out.substr(0, 24));
  EXPECT_TRUE(std::filesystem::exists(file("one/report.json")));
}

TEST_F(ReportVerb, NamesTheOptionThatIsWrong) {
  EXPECT_THAT(run({"report", file("a.tif"), "--model", "gemma", "--specimen", "skin",
                   "--tokens-per-patch", "five"})
                  .err,
              HasSubstr("--tokens-per-patch five"));
  EXPECT_EQ(run({"report", file("a.tif"), "--model", "gemma"}).status, 2);
}

}  // namespace
}  // namespace galen
