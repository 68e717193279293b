#include "tasks/slide/patches.h"

#include <cmath>
#include <gtest/gtest.h>

#include "../../vision/painted_slide.h"
#include "base/file.h"
#include "base/json.h"

namespace galen {
namespace {

namespace fs = std::filesystem;
using vision::kGlass;
using vision::kTissue;
using vision::painted;
using vision::PaintedSlide;

/// 2000 x 1000 pixels of 0.4 x 0.5 um: 800 x 500 um; tissue in the left half.
PaintedSlide half_tissue() {
  Image picture = painted(2000, 1000, kGlass);
  vision::paint(picture, 0, 0, 1000, 1000, kTissue);
  return {{picture}, Mpp{0.4, 0.5}};
}

PatchPlan plan_of(const PatchGrid& grid) {
  const PaintedSlide slide = half_tissue();
  return plan_patches("a", slide, vision::find_tissue(slide), grid);
}

class PatchFiles : public ::testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder_); }
  const fs::path folder_ = fs::path(::testing::TempDir()) / "galen-patch-files" /
                           ::testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST(PlanPatches, CutsByTheTruePixelSizesOfBothAxes) {
  const PatchPlan plan = plan_of({.size = 100, .mpp = 1.0});
  EXPECT_EQ(plan.cells, 8U * 5U);
  ASSERT_EQ(plan.patches.size(), 4U * 5U);
  const auto coords = level0_coords(plan);
  EXPECT_EQ(coords[2], 250);  // 100 um of 0.4 um
  EXPECT_EQ(coords[3], 0);
  EXPECT_EQ(coords[8], 0);
  EXPECT_EQ(coords[9], 200);  // 100 um of 0.5 um
}

TEST(PlanPatches, RoundsEachCornerByItselfSoThatErrorsDoNotAddUp) {
  const PaintedSlide slide({painted(3000, 300, kTissue)}, Mpp{0.499, 0.499});
  const PatchPlan plan =
      plan_patches("a", slide, vision::find_tissue(slide), {.size = 100, .mpp = 1.0});
  const auto coords = level0_coords(plan);
  EXPECT_EQ(coords[2 * 14], std::llround(14 * 100 / 0.499));
}

TEST(PlanPatches, KeepsThoseWithEnoughTissue) {
  EXPECT_EQ(plan_of({.size = 300, .mpp = 1.0, .min_tissue = 0.5}).patches.size(), 2U);
  EXPECT_EQ(plan_of({.size = 300, .mpp = 1.0, .min_tissue = 0.1}).patches.size(), 4U);
  EXPECT_EQ(plan_of({.size = 300, .mpp = 1.0, .min_tissue = 0}).patches.size(), 6U);
}

TEST(PlanPatches, StatesTheTissue) {
  const PatchPlan plan = plan_of({});
  EXPECT_NEAR(plan.tissue_fraction, 0.5, 0.01);
  EXPECT_NEAR(plan.tissue_area, 0.2, 0.005);
}

TEST(PlanPatches, RefusesAFinerGridThanTheSlideAndBadNumbers) {
  for (const PatchGrid& grid : {PatchGrid{.size = 100, .mpp = 0.25}, PatchGrid{.size = 8, .mpp = 1},
                                PatchGrid{.size = 100, .mpp = 1, .overlap = 100},
                                PatchGrid{.size = 100, .mpp = 1, .min_tissue = 1.5}}) {
    EXPECT_THROW(static_cast<void>(plan_of(grid)), Error);
  }
}

TEST_F(PatchFiles, Hdf5HasTridentsNamesAndTheTrueSizes) {
  write_coords(folder_ / "a.h5", plan_of({.size = 100, .mpp = 1.0, .overlap = 50}));
  const store::Coords coords = store::read_coords(folder_ / "a.h5");
  EXPECT_EQ(coords.values[2], 125);
  const auto& attributes = coords.attributes;
  EXPECT_EQ(std::get<std::string>(attributes.at("name")), "a");
  EXPECT_EQ(std::get<std::int64_t>(attributes.at("patch_size")), 100);
  EXPECT_EQ(std::get<std::int64_t>(attributes.at("patch_size_level0")), 250);
  EXPECT_EQ(std::get<std::int64_t>(attributes.at("level0_magnification")), 25);
  EXPECT_EQ(std::get<std::int64_t>(attributes.at("target_magnification")), 10);
  EXPECT_EQ(std::get<std::int64_t>(attributes.at("overlap")), 50);
  EXPECT_EQ(std::get<std::int64_t>(attributes.at("level0_width")), 2000);
  EXPECT_EQ(std::get<std::int64_t>(attributes.at("level0_height")), 1000);
  EXPECT_DOUBLE_EQ(std::get<double>(attributes.at("patch_height_level0")), 200);
}

TEST_F(PatchFiles, ASlideWithoutTissueGivesAValidEmptyFile) {
  const PaintedSlide slide({painted(500, 500, kGlass)}, Mpp{1, 1});
  const PatchPlan plan = plan_patches("b", slide, vision::find_tissue(slide), {.size = 100});
  write_coords(folder_ / "b.h5", plan);
  EXPECT_TRUE(store::read_coords(folder_ / "b.h5").values.empty());
  write_manifest(folder_ / "b.json", plan);
  EXPECT_TRUE(parse_json(read_file(folder_ / "b.json", 10000), "b")["patches"].empty());
}

TEST_F(PatchFiles, TheManifestSaysWhatTheHdf5Says) {
  const PatchPlan plan = plan_of({.size = 300, .mpp = 1.0});
  write_manifest(folder_ / "a.json", plan);
  const Json json = parse_json(read_file(folder_ / "a.json", 100000), "a");
  EXPECT_EQ(json["slide"], "a");
  EXPECT_EQ(json["count"], 4);
  EXPECT_EQ(json["grid"]["patch_size"], 300);
  EXPECT_EQ(json["grid"]["cells"], 6);
  ASSERT_EQ(json["patches"].size(), 4U);
  EXPECT_EQ(json["patches"][1][0], 750);
  EXPECT_NEAR(json["patches"][1][2].get<double>(), 1.0 / 3, 0.02);
}

TEST(GridFolder, IsCalledAsInTrident) {
  EXPECT_EQ(grid_folder({.size = 256, .mpp = 0.5}), "20x_256px_0px_overlap");
  EXPECT_EQ(grid_folder({.size = 768, .mpp = 1.0, .overlap = 64}), "10x_768px_64px_overlap");
}

}  // namespace
}  // namespace galen
