// Reports by a tiny model with random weights: its words are noise, what it is shown is not.
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <galen/error.h>
#include <galen/reporter.h>

#include "../io/slide/dicom_fixture.h"
#include "base/file.h"
#include "base/json.h"
#include "model/weights/import.h"
#include "report_fixture.h"
#include "tasks/report/part_slides.h"

namespace galen {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Reports : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = fs::path(testing::TempDir()) / ("galen-reports-" + std::to_string(getpid()));
    fs::create_directories(folder_);
    model::ImportOptions options;
    options.name = "tiny";
    options.out = folder_ / "tiny";
    options.type = model::WeightType::f32;
    (void)model::import_model(fs::path(GALEN_SOURCE_DIR) / "tests/golden/gemma3/sharded/checkpoint",
                              options);
    tasks::write_slide(folder_ / "a.tif", 8, 6);
    tasks::write_slide(folder_ / "b.tif", 4, 4);
    tasks::write_slide(folder_ / "blank.tif", 0, 0);
  }
  static void TearDownTestSuite() { fs::remove_all(folder_); }

  static Reporter reporter(int context = 0, float rope_scale = 1) {
    ModelOptions options;
    options.model = (folder_ / "tiny").string();
    options.threads = 1;
    options.kv = "f32";
    options.context = context;
    options.image_cache = false;
    options.rope_scale = rope_scale;
    return Reporter(options);
  }
  static SpecimenPart part(const std::vector<std::string>& slides) {
    SpecimenPart made;
    for (const std::string& slide : slides) made.slides.push_back(folder_ / slide);
    return made;
  }
  static PathologyOptions options() {
    PathologyOptions made;
    made.specimen = "colon, biopsy";
    made.patch_size = 56;
    made.patch_mpp = 1;
    made.tokens_per_patch = 4;
    made.max_tokens = 8;
    return made;
  }
  template <typename Call>
  static Error error_of(const Call& call) {
    try {
      (void)call();
    } catch (const Error& error) {
      return error;
    }
    return {ErrorKind::internal, "no error"};
  }

  static fs::path folder_;
};
fs::path Reports::folder_;

TEST_F(Reports, AllSlidesOfAPartAreShown) {
  const Report report = reporter().pathology(part({"a.tif", "blank.tif", "b.tif"}), options());
  ASSERT_EQ(report.sources.size(), 3U);
  EXPECT_EQ(report.sources[0].cells, 48U);
  EXPECT_EQ(report.sources[1].cells, 0U);
  EXPECT_EQ(report.sources[2].images, 16U);
  EXPECT_EQ(report.sources[2].first_image, 48U);
  EXPECT_EQ(report.images.size(), 64U);
  EXPECT_EQ(report.images[9].x, 56);
  EXPECT_EQ(report.images[9].y, 56);
  EXPECT_TRUE(report.limits.empty());
  EXPECT_EQ(report.sections.front().title, "Diagnosis");
  EXPECT_GE(report.prompt_tokens, 64 * 4);
  EXPECT_EQ(report.model_sha256.size(), 2U);
}

TEST_F(Reports, TheSameSeedShowsTheSamePatches) {
  PathologyOptions few = options();
  few.max_patches = 20;
  const auto run = [&](std::uint64_t seed) {
    few.seed = seed;
    Report report = reporter().pathology(part({"a.tif", "b.tif"}), few);
    report.seed = 0;
    return report;
  };
  const Report first = run(1);
  const Report again = run(1);
  EXPECT_EQ(report_manifest(again), report_manifest(first));
  EXPECT_EQ(again.sections.front().text, first.sections.front().text);
  EXPECT_NE(report_manifest(run(2)), report_manifest(first));
  ASSERT_EQ(first.limits.size(), 1U);
  EXPECT_EQ(first.limits.front().name, "patch cap");
  EXPECT_EQ(first.limits.front().wanted, 64U);
  EXPECT_EQ(first.images.size(), 20U);
  EXPECT_EQ(first.dropped_patches, 44U);
}

TEST_F(Reports, TheContextLimitsThePatchesAndSaysSo) {
  PathologyOptions whole = options();
  whole.tokens_per_patch = 0;  // 16 of this model
  std::vector<std::string> lines;
  whole.on_plan = [&](std::string_view line) { lines.emplace_back(line); };
  const Report report = reporter(600).pathology(part({"a.tif", "b.tif"}), whole);
  ASSERT_EQ(report.limits.size(), 1U);
  EXPECT_EQ(report.limits.front().name, "context");
  EXPECT_LE(report.prompt_tokens, 600 - whole.max_tokens);
  EXPECT_GT(report.prompt_tokens, 600 - whole.max_tokens - 40);
  EXPECT_EQ(report.images.size(), report.limits.front().kept);
  EXPECT_THAT(lines, testing::Contains(HasSubstr("--tokens-per-patch")));
  EXPECT_THAT(lines, testing::Contains(HasSubstr("KV cache")));
}

TEST_F(Reports, TheTrainedContextIsLeftOnlyWhenAsked) {
  PathologyOptions whole = options();
  whole.tokens_per_patch = 0;
  whole.max_patches = 1000;
  const auto slides = part({"a.tif", "a.tif", "a.tif"});  // 144 patches: more than 2048 tokens
  EXPECT_EQ(reporter(4000).pathology(slides, whole).limits.front().name, "context");
  EXPECT_TRUE(reporter(4000, 2).pathology(slides, whole).limits.empty());
}

TEST_F(Reports, NeighboursMayShareAToken) {
  PathologyOptions shared = options();
  shared.tokens_per_patch = 1;
  const Report one = reporter().pathology(part({"a.tif"}), shared);
  shared.tokens_per_patch = 0.25;
  const Report quarter = reporter().pathology(part({"a.tif"}), shared);
  EXPECT_EQ(quarter.images.size(), 48U);
  EXPECT_LE(quarter.prompt_tokens, one.prompt_tokens - 36);
}

TEST_F(Reports, AGivenPixelSizeIsForSlidesThatStateNone) {
  tasks::write_slide(folder_ / "bare.tif", 4, 4, false);
  const auto slides = part({"a.tif", "bare.tif"});
  EXPECT_THROW((void)reporter().pathology(slides, options()), Error);
  PathologyOptions given = options();
  given.mpp = Mpp{0.5, 0.5};
  const Report report = reporter().pathology(slides, given);
  EXPECT_EQ(report.sources[0].mpp.x, 1);
  EXPECT_EQ(report.sources[1].mpp.x, 0.5);
}

TEST_F(Reports, TheSlideCapKeepsTheFirst) {
  PathologyOptions few = options();
  few.max_slides = 1;
  const Report report = reporter().pathology(part({"b.tif", "a.tif"}), few);
  ASSERT_EQ(report.sources.size(), 1U);
  EXPECT_EQ(report.sources.front().name, "b.tif");
  EXPECT_EQ(report.dropped_slides, 1U);
  EXPECT_EQ(report.limits.front().name, "slide cap");
}

TEST_F(Reports, BaselinesSeeOneSlideAtATime) {
  PathologyOptions baseline = options();
  baseline.method = PathologyMethod::ss_random;
  const auto slides = part({"a.tif", "b.tif"});
  const Report one = reporter().pathology(slides, baseline);
  EXPECT_EQ(one.method, "ss-random");
  EXPECT_EQ(one.sources.size(), 1U);
  EXPECT_EQ(one.dropped_slides, 1U);
  baseline.method = PathologyMethod::ss_llm;
  baseline.pictures = true;
  const Report merged = reporter().pathology(slides, baseline);
  EXPECT_EQ(merged.method, "ss-llm");
  ASSERT_EQ(merged.sections.size(), 3U);
  EXPECT_EQ(merged.sections[0].title, "Diagnosis");
  EXPECT_EQ(merged.sections[2].title, "Slide 2");
  EXPECT_EQ(merged.images.size(), 64U);
  EXPECT_EQ(merged.images.back().source, 1U);
  EXPECT_THAT(merged.pictures.back().caption, HasSubstr("Slide 2"));
}

TEST_F(Reports, BaselinesPassOverSlidesWithoutTissue) {
  PathologyOptions baseline = options();
  const auto slides = part({"blank.tif", "b.tif", "blank.tif"});
  baseline.method = PathologyMethod::ss_llm;
  const Report merged = reporter().pathology(slides, baseline);
  ASSERT_EQ(merged.sections.size(), 1U);
  EXPECT_EQ(merged.sections[0].title, "Diagnosis");
  EXPECT_EQ(merged.sources.size(), 3U);
  EXPECT_EQ(merged.images.size(), 16U);
  baseline.method = PathologyMethod::ss_random;
  for (baseline.seed = 0; baseline.seed < 4; ++baseline.seed)
    EXPECT_EQ(reporter().pathology(slides, baseline).sources.front().name, "b.tif");
}

TEST_F(Reports, WritersNameWhatWasShown) {
  PathologyOptions pictured = options();
  pictured.pictures = true;
  pictured.max_patches = 10;
  const Report report = reporter().pathology(part({"a.tif"}), pictured);
  const Json json = parse_json(report_json(report), "report");
  EXPECT_EQ(json["manifest"]["patches"].size(), 10U);
  EXPECT_EQ(json["manifest"]["left_out"]["patches"], 38);
  EXPECT_EQ(json["not_for_clinical_use"], true);
  EXPECT_GT(json["seconds"]["encode"], 0);
  EXPECT_GE(json["seconds"]["total"], json["seconds"]["prefill"]);
  EXPECT_EQ(json["manifest"]["slides"][0]["sha256_of_samples"], tasks::slide_id(folder_ / "a.tif"));
  EXPECT_THAT(report_text(report), HasSubstr("Not for clinical use"));
  EXPECT_THAT(report_text(report), HasSubstr("10 of 48 patches"));
  const std::string page = report_html(report);
  EXPECT_THAT(page, HasSubstr("Slide 1: 10 of 48 patches"));
  EXPECT_THAT(page, testing::Not(HasSubstr("a.tif")));
}

TEST_F(Reports, WhatCannotBeReportedIsRefused) {
  Reporter tiny = reporter();
  PathologyOptions nameless = options();
  nameless.specimen.clear();
  EXPECT_THAT(error_of([&] { return tiny.pathology(part({"a.tif"}), nameless); }).what(),
              HasSubstr("--specimen"));
  for (const auto method :
       {PathologyMethod::part, PathologyMethod::ss_random, PathologyMethod::ss_llm}) {
    PathologyOptions blank = options();
    blank.method = method;
    EXPECT_EQ(error_of([&] { return tiny.pathology(part({"blank.tif"}), blank); }).kind(),
              ErrorKind::unsupported);
  }
  PathologyOptions fine = options();
  fine.patch_mpp = 0.25;
  const Error finer = error_of([&] { return tiny.pathology(part({"a.tif"}), fine); });
  EXPECT_THAT(finer.what(), testing::AllOf(HasSubstr("a.tif"), HasSubstr("scanned at")));
  PathologyOptions three = options();
  three.tokens_per_patch = 9;
  EXPECT_EQ(error_of([&] { return tiny.pathology(part({"a.tif"}), three); }).kind(),
            ErrorKind::invalid_argument);
  Reporter narrow = reporter(40);
  EXPECT_EQ(error_of([&] { return narrow.pathology(part({"a.tif"}), options()); }).kind(),
            ErrorKind::limit_exceeded);
}

TEST_F(Reports, CancelledBetweenPatches) {
  CancelToken cancel;
  PathologyOptions stopped = options();
  stopped.cancel = &cancel;
  stopped.on_progress = [&](std::string_view stage, std::size_t, std::size_t) {
    if (stage == "patches") cancel.cancel();
  };
  EXPECT_EQ(error_of([&] { return reporter().pathology(part({"a.tif"}), stopped); }).kind(),
            ErrorKind::cancelled);
}

TEST_F(Reports, PartsComeFromSlidesFoldersAndLists) {
  write_file(folder_ / "parts.csv",
             "case,part,slide,specimen\nC1,A,a.tif,skin\nC1,B,b.tif,\nC1,A,blank.tif,skin\n");
  const auto listed = find_parts({folder_ / "parts.csv"});
  ASSERT_EQ(listed.size(), 2U);
  EXPECT_EQ(listed[0].slides.size(), 2U);
  EXPECT_EQ(listed[0].specimen, "skin");
  EXPECT_EQ(listed[1].part, "B");
  fs::create_directories(folder_ / "slides");
  fs::copy_file(folder_ / "b.tif", folder_ / "slides" / "2.tif");
  tasks::write_slide(folder_ / "slides" / "1.tif", 2, 2);
  write_file(folder_ / "slides" / "notes.txt", "not a slide");
  const auto together = find_parts({folder_ / "slides", folder_ / "a.tif"});
  ASSERT_EQ(together.size(), 1U);
  EXPECT_THAT(
      together[0].slides,
      testing::ElementsAre(folder_ / "slides/1.tif", folder_ / "slides/2.tif", folder_ / "a.tif"));
  EXPECT_EQ(error_of([&] { return find_parts({folder_ / "missing.tif"}).front().slides; }).kind(),
            ErrorKind::not_found);
  EXPECT_EQ(error_of([&] {
              return find_parts({folder_ / "parts.csv", folder_ / "a.tif"}).front().slides;
            }).kind(),
            ErrorKind::invalid_argument);
}

TEST_F(Reports, AFolderOfDicomAndOtherSlidesIsRefused) {
  fs::create_directories(folder_ / "mixed");
  slide::write_dicom(folder_ / "mixed" / "1.dcm", {.matrix = slide::colour_field(10, 8)});
  EXPECT_THAT(find_parts({folder_ / "mixed"}).front().slides,
              testing::ElementsAre(folder_ / "mixed"));
  fs::copy_file(folder_ / "a.tif", folder_ / "mixed" / "2.tif");
  const Error error = error_of([&] { return find_parts({folder_ / "mixed"}).front().slides; });
  EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
  EXPECT_THAT(error.what(), HasSubstr("DICOM and other slides"));
}

TEST_F(Reports, TheIdOfASlideIsOfItsContent) {
  fs::copy_file(folder_ / "a.tif", folder_ / "copy.tif", fs::copy_options::overwrite_existing);
  EXPECT_EQ(tasks::slide_id(folder_ / "copy.tif"), tasks::slide_id(folder_ / "a.tif"));
  EXPECT_NE(tasks::slide_id(folder_ / "b.tif"), tasks::slide_id(folder_ / "a.tif"));
}

}  // namespace
}  // namespace galen
