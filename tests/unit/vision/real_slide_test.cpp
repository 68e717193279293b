// A real slide, when the environment variable GALEN_SHARED_DATA names the folder of shared data.

#include <algorithm>
#include <array>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <galen/slide.h>

#include "../io/dicom/shared_data.h"
#include "vision/tiling/slide_views.h"
#include "vision/tissue/tissue_mask.h"

namespace galen::vision {
namespace {

class RealSlide : public ::testing::Test {
 protected:
  void SetUp() override { SKIP_WITHOUT(path_); }
  const std::filesystem::path path_ = shared_data() / "wsi" / "CMU-1-Small-Region.svs";
};

TEST_F(RealSlide, RegionIsThatOfOpenSlideAndPillow) {
  const Image region = read_region(*open_slide(path_), 700, 900, 600, 600, {1, 1});
  std::array<std::uint64_t, 3> sums{};
  for (std::size_t i = 0; i < region.data.size(); ++i) {
    sums[i % 3] += region.data[i];
  }
  EXPECT_THAT(sums, ::testing::ElementsAre(63608599, 52687543, 61800221));
}

TEST_F(RealSlide, TissueCoversAboutAThirdOfIt) {
  const TissueMask mask = find_tissue(*open_slide(path_));
  const auto tissue = std::count(mask.pixels.data.begin(), mask.pixels.data.end(), 255);
  const double share = static_cast<double>(tissue) / static_cast<double>(mask.pixels.data.size());
  EXPECT_GT(share, 0.28);
  EXPECT_LT(share, 0.42);
  EXPECT_EQ(mask.pixels.data.front(), 0);
}

TEST_F(RealSlide, GivesAPatchForEachCellWithTissue) {
  ViewRecipe recipe;
  recipe.patch_size = 224;
  recipe.image_size = 224;
  const auto views = slide_views(*open_slide(path_), recipe);
  EXPECT_GE(views.size(), 15U);  // of 5 x 7
  EXPECT_LE(views.size(), 22U);
}

}  // namespace
}  // namespace galen::vision
