// `galen report` on small DICOM studies and the tiny model of tests/golden.
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <vector>

#include "../unit/tasks/study_fixture.h"
#include "base/file.h"
#include "base/json.h"
#include "program.h"

namespace galen {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::size_t kMost = std::size_t{1} << 24;

class StudyVerb : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    scratch_ = std::make_unique<Scratch>();
    ASSERT_EQ(run({"models", "import", GALEN_SOURCE_DIR "/tests/golden/gemma3/sharded/checkpoint",
                   "--name", "gemma"})
                  .status,
              0);
    tasks::write_study_image(*scratch_ / "cxr.dcm", {.width = 20, .height = 16});
    tasks::write_study_image(
        *scratch_ / "old.dcm",
        {.study = "1.2.4", .series = "1.2.4.1", .date = "20250101", .width = 20, .height = 16});
    tasks::write_ct(*scratch_ / "ct", 5);
    tasks::write_ct(*scratch_ / "gap", 6, 2);
  }
  static void TearDownTestSuite() { scratch_.reset(); }

  static std::string file(const std::string& name) { return (*scratch_ / name).string(); }
  static Outcome run(const std::vector<std::string>& words) {
    return run_galen(words, {{"GALEN_MODELS", file("models")},
                             {"XDG_CACHE_HOME", file("cache")},
                             {"SOURCE_DATE_EPOCH", "1700000000"}});
  }
  static Outcome report(const std::vector<std::string>& words) {
    std::vector<std::string> all{"report", "--model", "gemma", "--max-tokens", "6"};
    all.insert(all.end(), words.begin(), words.end());
    return run(all);
  }

  static std::unique_ptr<Scratch> scratch_;
};
std::unique_ptr<Scratch> StudyVerb::scratch_;

TEST_F(StudyVerb, WritesEveryFormOfARadiograph) {
  const std::vector<std::string> words{
      file("cxr.dcm"), "--indication", "cough",        "--prior",     file("old.dcm"),
      "--text",        file("r.txt"),  "--md",         file("r.md"),  "--json",
      file("r.json"),  "--html",       file("r.html"), "--pdf",       file("r.pdf"),
      "--sr",          file("sr.dcm"), "--basic-sr",   file("b.dcm"), "--secondary-capture",
      file("sc.dcm"),  "--dicom-pdf",  file("p.dcm"),  "--fhir",      file("f.json")};
  const Outcome outcome = report(words);
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("the model writes: comparison"));
  EXPECT_THAT(outcome.out, HasSubstr("Chest radiograph report"));
  const Json json = parse_json(read_file(file("r.json"), kMost), "r.json");
  EXPECT_EQ(json["kind"], "cxr");
  EXPECT_EQ(json["images"].size(), 2U);
  EXPECT_EQ(json["created"], "2023-11-14T22:13:20Z");
  EXPECT_THAT(json["prompt"].get<std::string>(), HasSubstr("cough findings:"));
  for (const char* name : {"r.txt", "r.md", "r.html", "r.pdf", "r.json"})
    EXPECT_THAT(read_file(file(name), kMost), Not(HasSubstr("Sally"))) << name;
  EXPECT_THAT(outcome.out + outcome.err, Not(HasSubstr("Sally")));
  const std::string sr = read_file(file("sr.dcm"), kMost);
  const std::string fhir = read_file(file("f.json"), kMost);
  EXPECT_THAT(sr, HasSubstr("Sally"));
  ASSERT_EQ(report(words).status, 0);
  EXPECT_EQ(read_file(file("sr.dcm"), kMost), sr);
  EXPECT_EQ(read_file(file("f.json"), kMost), fhir);
}

TEST_F(StudyVerb, AFormThatCannotBeMadeLeavesNoFile) {
  const std::vector<std::string> words{file("cxr.dcm"), "--html", file("none.html"), "--seg",
                                       file("none.dcm")};
  EXPECT_THAT(report(words).err, testing::AllOf(HasSubstr("--locate"), Not(HasSubstr("writes"))));
  std::vector<std::string> asked = words;
  asked.emplace_back("--locate");
  asked.emplace_back("heart");
  const Outcome outcome = report(asked);
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("may have found none"));
  EXPECT_FALSE(std::filesystem::exists(file("none.html")));
  EXPECT_FALSE(std::filesystem::exists(file("none.dcm")));
  EXPECT_EQ(outcome.out, "");
}

TEST_F(StudyVerb, DicomFormsOfAnotherFileAreRefusedFirst) {
  write_file(file("labs.txt"), "Hemoglobin 13.5 g/dL");
  const Outcome outcome = report({file("labs.txt"), "--kind", "lab", "--sr", file("none.dcm")});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err,
              testing::AllOf(HasSubstr("DICOM studies"), Not(HasSubstr("the model writes"))));
}

TEST_F(StudyVerb, VolumeIsShownOnASheet) {
  const Outcome outcome = report({file("ct"), "--json", "-", "--out", file("reports")});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const Json json = parse_json(outcome.out, "report");
  EXPECT_EQ(json["kind"], "ct");
  EXPECT_EQ(json["images"].size(), 5U);
  EXPECT_EQ(json["images"][4]["slice"], 5);
  EXPECT_THAT(read_file(file("reports/report.html"), kMost), HasSubstr("5 images, in the order"));
}

TEST_F(StudyVerb, BadStudiesAreToldInOneLine) {
  const Outcome gap = report({file("gap")});
  EXPECT_EQ(gap.status, 4);
  EXPECT_THAT(gap.err, HasSubstr("--allow-gaps"));
  EXPECT_EQ(report({file("gap"), "--allow-gaps"}).status, 0);
  const Outcome kind = report({file("ct"), "--kind", "mr"});
  EXPECT_EQ(kind.status, 2);
  EXPECT_THAT(kind.err, HasSubstr("modality MR"));
  EXPECT_EQ(report({file("cxr.dcm"), "--prior", file("cxr.dcm")}).status, 2);
  EXPECT_EQ(report({file("ct"), "--prior", file("ct")}).status, 2);
  EXPECT_EQ(report({file("missing.dcm")}).status, 3);
}

}  // namespace
}  // namespace galen
