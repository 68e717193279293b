#include "tasks/report/patch_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <numeric>

#include "../vision/painted_slide.h"

namespace galen::tasks {
namespace {

using testing::ElementsAre;

std::vector<PatchUnit> units(std::size_t count) {
  std::vector<PatchUnit> made;
  for (std::size_t i = 0; i < count; ++i) made.push_back({{static_cast<double>(i), 0, 1}});
  return made;
}

std::vector<double> places(const std::vector<PatchUnit>& chosen) {
  std::vector<double> x;
  for (const PatchUnit& unit : chosen) x.push_back(unit.front().x);
  return x;
}

TEST(ShareBudgetTest, AllIsGivenWhenItFits) {
  EXPECT_THAT(share_budget({5, 0, 7}, 12), ElementsAre(5, 0, 7));
}

TEST(ShareBudgetTest, IsProportionalWithAFloor) {
  // A floor of 40 / 12 = 3 each, the other 32 in proportion to what lies beyond the floor.
  EXPECT_THAT(share_budget({1000, 100, 2}, 40), ElementsAre(32, 6, 2));
}

TEST(ShareBudgetTest, SpendsTheWholeCapAndNoMoreThanThereIs) {
  const std::vector<std::vector<std::size_t>> cases{
      {7, 7, 7}, {1, 1, 1, 1, 50}, {3, 0, 900}, {40000, 1, 1}};
  for (const auto& available : cases) {
    const std::size_t total = std::accumulate(available.begin(), available.end(), std::size_t{0});
    for (std::size_t cap = 0; cap <= std::min<std::size_t>(total, 60); ++cap) {
      const auto shares = share_budget(available, cap);
      EXPECT_EQ(std::accumulate(shares.begin(), shares.end(), std::size_t{0}), cap);
      for (std::size_t i = 0; i < shares.size(); ++i) EXPECT_LE(shares[i], available[i]);
    }
  }
}

TEST(ChooseUnitsTest, DrawsInOrderWithoutRepeatingAndBySeed) {
  const auto drawn = places(drawn_units(units(100), 20, 1));
  EXPECT_EQ(drawn.size(), 20U);
  EXPECT_TRUE(std::is_sorted(drawn.begin(), drawn.end()));
  EXPECT_EQ(std::adjacent_find(drawn.begin(), drawn.end()), drawn.end());
  EXPECT_EQ(places(drawn_units(units(100), 20, 1)), drawn);
  EXPECT_NE(places(drawn_units(units(100), 20, 2)), drawn);
}

TEST(ChooseUnitsTest, SpacesEvenly) {
  EXPECT_THAT(places(spaced_units(units(10), 5)), ElementsAre(1, 3, 5, 7, 9));
  EXPECT_EQ(spaced_units(units(3), 5).size(), 3U);
}

TEST(SlideSeedTest, DependsOnRunAndSlide) {
  EXPECT_EQ(slide_seed(1, "a"), slide_seed(1, "a"));
  EXPECT_NE(slide_seed(1, "a"), slide_seed(2, "a"));
  EXPECT_NE(slide_seed(1, "a"), slide_seed(1, "b"));
}

TEST(TissueUnitsTest, NeighboursShareAUnit) {
  Image image = vision::painted(512, 512, vision::kGlass);
  vision::paint(image, 128, 0, 384, 256, vision::kTissue);  // columns 2 to 7, rows 0 to 3
  const vision::PaintedSlide slide({image}, Mpp{1, 1});
  const PatchGrid grid{.size = 64, .mpp = 1, .overlap = 0, .min_tissue = 0.5};
  EXPECT_EQ(tissue_units(slide, grid, 1).size(), 24U);
  const auto units = tissue_units(slide, grid, 4);
  ASSERT_EQ(units.size(), 2U);
  EXPECT_EQ(units[0].size(), 8U);
  EXPECT_EQ(units[1].size(), 16U);
  EXPECT_EQ(units[0].front().x, 128);
  EXPECT_EQ(patches_in(units), 24U);
}

}  // namespace
}  // namespace galen::tasks
