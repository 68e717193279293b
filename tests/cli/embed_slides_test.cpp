// `galen embed` of whole slides: what users of a shared job folder rely on.

#include <chrono>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thread>

#include "base/file.h"
#include "io/store/patches.h"
#include "slide_job.h"

namespace galen {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr int kPatches = SlideJob::kPatchesOfASlide;

TEST(EmbedSlides, WritesFeaturesAndCoordinatesInTridentsLayout) {
  const SlideJob job(1);
  const Json report = job.report("job");
  EXPECT_EQ(report["patches_computed"], kPatches);
  EXPECT_EQ(report["width"], 16);
  const store::Patches patches =
      store::read_patches(job.scratch() / "job/5x_32px_0px_overlap/features_vit/s0.h5");
  EXPECT_EQ(patches.count, std::size_t{kPatches});
  EXPECT_EQ(patches.width, 16U);
  ASSERT_EQ(patches.coords.size(), 2U * kPatches);
  EXPECT_EQ(patches.coords[0], 128);
  EXPECT_EQ(patches.coords[2], 160);
  EXPECT_EQ(std::get<std::int64_t>(patches.attributes.at("patch_size")), 32);
  EXPECT_EQ(std::get<std::string>(patches.attributes.at("name")), "s0");
  EXPECT_EQ(std::get<std::string>(patches.attributes.at("encoder")), "vit");
}

TEST(EmbedSlides, OneSlideIntoOneFileLeavesNothingBeside) {
  const SlideJob job(1);
  EXPECT_EQ(job.report("out.h5")["patches_computed"], kPatches);
  EXPECT_TRUE(fs::exists(job.scratch() / "out.h5"));
  EXPECT_FALSE(fs::exists(job.scratch() / "out.h5.job"));
  EXPECT_EQ(job.report("out.h5")["patches_computed"], 0);
}

TEST(EmbedSlides, ASecondRunComputesNothing) {
  const SlideJob job(2);
  static_cast<void>(job.report("job"));
  const auto before = job.features("job");
  const Json again = job.report("job");
  EXPECT_EQ(again["patches_computed"], 0);
  EXPECT_EQ(again["present"], 2);
  EXPECT_EQ(job.features("job"), before);
}

TEST(EmbedSlides, TheSameSlideUnderAnotherNameIsNotComputedAgain) {
  const SlideJob job(1);
  fs::copy_file(job.scratch() / "slides/s0.tiff", job.scratch() / "slides/copy.tiff");
  const Json report = job.report("job");
  EXPECT_EQ(report["patches_computed"], kPatches);
  EXPECT_EQ(report["embedded"], 1);
  EXPECT_EQ(report["copied"], 1);
  const fs::path folder = job.scratch() / "job/5x_32px_0px_overlap/features_vit";
  const store::Patches first = store::read_patches(folder / "s0.h5");
  const store::Patches second = store::read_patches(folder / "copy.h5");
  EXPECT_EQ(first.features, second.features);
  EXPECT_EQ(std::get<std::string>(second.attributes.at("name")), "copy");
}

TEST(EmbedSlides, OtherSettingsOfTheTissueAreComputedAnew) {
  const SlideJob job(1);
  static_cast<void>(job.report("job"));
  const Json again = job.report("job", {"--closing", "8"});
  EXPECT_EQ(again["patches_computed"], kPatches);
}

TEST(EmbedSlides, ShardsTogetherAreAllSlidesOnce) {
  const SlideJob job(3);
  static_cast<void>(job.report("whole"));
  const Json first = job.report("job", {"--shard", "1/2"});
  const Json second = job.report("job", {"--shard", "2/2"});
  EXPECT_EQ(first["patches_computed"], 2 * kPatches);
  EXPECT_EQ(second["patches_computed"], kPatches);
  EXPECT_EQ(job.features("job"), job.features("whole"));
  EXPECT_EQ(job.summary("job")["done"], 3);
  EXPECT_EQ(job.run("job", {"--shard", "3/2"}).status, 2);
}

TEST(EmbedSlides, TwoProcessesShareAFolderAndComputeEachSlideOnce) {
  const SlideJob job(4);
  static_cast<void>(job.report("whole"));
  Json first;
  Json second;
  {
    const std::jthread other([&] { first = job.report("job"); });
    second = job.report("job");
  }
  EXPECT_EQ(first["patches_computed"].get<int>() + second["patches_computed"].get<int>(),
            4 * kPatches);
  EXPECT_EQ(job.features("job"), job.features("whole"));
  EXPECT_EQ(job.left_over("job"), 0U);
}

TEST(EmbedSlides, ALockOfASilentMachineIsRespectedUntilItsAge) {
  const SlideJob job(2);
  static_cast<void>(job.report("whole"));
  const std::string key =
      parse_json(read_file(job.scratch() / "whole/.galen/states/s1.json", 4096), "state")["key"];
  fs::create_directories(job.scratch() / "job/.galen/locks");
  const std::string lock = job.scratch().write("job/.galen/locks/" + key + ".lock",
                                               R"({"machine":"elsewhere","pid":1,"start":"1"})");
  const Json left = job.report("job", {"--no-wait"});
  EXPECT_EQ(left["elsewhere"], 1);
  EXPECT_EQ(left["embedded"], 1);
  EXPECT_TRUE(fs::exists(lock));
  const Json taken = job.report("job", {"--lock-age", "1"});
  EXPECT_EQ(taken["embedded"], 1);
  EXPECT_EQ(job.features("job"), job.features("whole"));
  EXPECT_EQ(job.left_over("job"), 0U);
}

TEST(EmbedSlides, BadSlidesAreSkippedAndListedAndTheExitCodeSaysSo) {
  const SlideJob job(2);
  const std::string good = read_file(job.scratch() / "slides/s0.tiff", 1 << 24);
  static_cast<void>(job.scratch().write("slides/cut.tiff", good.substr(0, good.size() / 2)));
  static_cast<void>(job.scratch().write("slides/text.svs", "no slide"));
  const Outcome outcome = job.run("job");
  EXPECT_EQ(outcome.status, 8);
  EXPECT_THAT(outcome.err, HasSubstr("text.svs"));
  EXPECT_EQ(job.features("job").size(), 2U);
  const Json summary = job.summary("job");
  EXPECT_EQ(summary["done"], 2);
  ASSERT_EQ(summary["failures"].size(), 2U);
  EXPECT_EQ(summary["failures"][0]["slide"], "cut");
  const std::string page = read_file(job.scratch() / "job/summary.md", 1 << 20);
  EXPECT_THAT(page, HasSubstr("failed slides: 2"));
  EXPECT_THAT(page, HasSubstr("| text |"));
}

TEST(EmbedSlides, ASlideWithoutTissueGivesAnEmptyFile) {
  const SlideJob job(1);
  const std::string mask =
      job.scratch().write("none.geojson", R"({"type":"FeatureCollection","features":[]})");
  const Json report = job.report("out.h5", {"--mask", mask});
  EXPECT_EQ(report["slides"][0]["patches"], 0);
  EXPECT_EQ(store::read_patches(job.scratch() / "out.h5").width, 16U);
}

TEST(EmbedSlides, AFullDiskEndsTheRunAndTheNextGoesOnWithoutComputingAgain) {
  const SlideJob job(2);
  static_cast<void>(job.report("whole"));
  std::string words;
  for (const std::string& word : job.command("job")) words += " '" + word + "'";
  // Enough for the parts of 64 patches, too little for the whole.
  const Outcome full = run_shell("ulimit -f 16; \"$GALEN\"" + words, job.environment());
  EXPECT_EQ(full.status, 6) << full.err;
  EXPECT_EQ(job.features("job").size(), 0U);
  const Json rest = job.report("job");
  EXPECT_LE(rest["patches_computed"], kPatches);
  EXPECT_EQ(job.features("job"), job.features("whole"));
  EXPECT_EQ(job.left_over("job"), 0U);
}

TEST(EmbedSlides, ManySlidesNeedAFolder) {
  const SlideJob job(2);
  const Outcome outcome = job.run("out.h5");
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("folder"));
}

}  // namespace
}  // namespace galen
