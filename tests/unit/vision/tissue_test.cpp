#include <algorithm>
#include <gtest/gtest.h>

#include "painted_slide.h"
#include "vision/tissue/components.h"
#include "vision/tissue/otsu.h"
#include "vision/tissue/tissue_mask.h"

namespace galen::vision {
namespace {

Image mask_of(const std::vector<std::string>& rows) {
  Image mask = make_image(static_cast<int>(rows[0].size()), static_cast<int>(rows.size()), 1);
  for (std::size_t i = 0; i < mask.data.size(); ++i) {
    mask.data[i] = rows[i / rows[0].size()][i % rows[0].size()] == '#' ? 255 : 0;
  }
  return mask;
}

TEST(Otsu, CutsBetweenTwoPeaks) {
  Histogram histogram{};
  histogram[10] = 500;
  histogram[12] = 300;
  histogram[90] = 100;
  histogram[100] = 60;
  EXPECT_EQ(otsu_threshold(histogram), 12);
}

TEST(Otsu, MatchesTheDefinitionOnARamp) {
  Histogram histogram{};
  histogram.fill(7);
  EXPECT_EQ(otsu_threshold(histogram), 127);
}

TEST(Otsu, IsZeroForNothingAndForOneValue) {
  Histogram histogram{};
  EXPECT_EQ(otsu_threshold(histogram), 0);
  histogram[80] = 5;
  EXPECT_EQ(otsu_threshold(histogram), 0);
}

TEST(SmallAreas, GoWhenSmallerThanTheLimit) {
  Image mask = mask_of({"##....#",  //
                        "##..#.#",  //
                        "....#.#"});
  drop_small_areas(mask, 3);
  EXPECT_EQ(mask.data, mask_of({"##....#",  //
                                "##....#",  //
                                "......#"})
                           .data);
}

TEST(SmallAreas, AreCountedAcrossBranchesThatMeetLater) {
  const std::vector<std::string> fork = {"#.#.#",  //
                                         "#.#.#",  //
                                         "#####"};
  Image mask = mask_of(fork);
  drop_small_areas(mask, 11);
  EXPECT_EQ(mask.data, mask_of(fork).data);
  drop_small_areas(mask, 12);
  EXPECT_EQ(std::count(mask.data.begin(), mask.data.end(), 255), 0);
}

TEST(SmallAreas, DoNotTouchAtCorners) {
  Image mask = mask_of({"#.",  //
                        ".#"});
  drop_small_areas(mask, 2);
  EXPECT_EQ(std::count(mask.data.begin(), mask.data.end(), 255), 0);
}

TEST(SmallHoles, AreFilledUnlessTheyAreLargeOrOpen) {
  Image mask = mask_of({"#######.",  //
                        "#.#..##.",  //
                        "###..###",  //
                        "#.######"});
  fill_small_holes(mask, 4);
  EXPECT_EQ(mask.data, mask_of({"#######.",  //
                                "###..##.",  //
                                "###..###",  //
                                "#.######"})
                           .data);
}

TEST(Tissue, IsFoundWhereThereIsColour) {
  Image picture = painted(800, 600, kGlass);
  paint(picture, 200, 100, 400, 300, kTissue);
  const TissueMask mask = find_tissue(PaintedSlide({picture}, Mpp{1, 1}));
  EXPECT_DOUBLE_EQ(mask.mpp, 2);
  ASSERT_EQ(mask.pixels.width, 400);
  ASSERT_EQ(mask.pixels.height, 300);
  EXPECT_EQ(std::count(mask.pixels.data.begin(), mask.pixels.data.end(), 255), 200 * 150);
  EXPECT_EQ(mask.pixels.data[200 * 400 + 299], 0);
  EXPECT_EQ(mask.pixels.data[199 * 400 + 299], 255);
}

TEST(Tissue, LosesSpecksAndSmallHolesButKeepsLargeHoles) {
  Image picture = painted(2000, 2000, kGlass);
  paint(picture, 100, 100, 1600, 1600, kTissue);
  paint(picture, 200, 200, 100, 100, kGlass);   // 40,000 square micrometres: filled
  paint(picture, 600, 600, 800, 800, kGlass);   // 2.56 square millimetres: kept
  paint(picture, 1900, 1900, 40, 40, kTissue);  // 6,400 square micrometres: kept
  paint(picture, 1800, 1800, 30, 30, kTissue);  // 3,600 square micrometres: dropped
  const TissueMask mask = find_tissue(PaintedSlide({picture}, Mpp{2, 2}), {.mpp = 2});
  EXPECT_EQ(mask.pixels.data[250 * 2000 + 250], 255);
  EXPECT_EQ(mask.pixels.data[1000 * 2000 + 1000], 0);
  EXPECT_EQ(mask.pixels.data[1910 * 2000 + 1910], 255);
  EXPECT_EQ(mask.pixels.data[1810 * 2000 + 1810], 0);
}

TEST(Tissue, IsNotSeenInBlankGlassNorInBlackEdges) {
  Image picture = painted(400, 400, kGlass);
  paint(picture, 0, 0, 400, 200, {20, 0, 10});
  const TissueMask mask = find_tissue(PaintedSlide({picture}, Mpp{2, 2}));
  EXPECT_EQ(std::count(mask.pixels.data.begin(), mask.pixels.data.end(), 255), 0);
}

TEST(Tissue, FillsASlideThatIsAllTissue) {
  Image picture = painted(400, 400, kTissue);
  paint(picture, 0, 0, 400, 200, {120, 20, 110});
  const TissueMask mask = find_tissue(PaintedSlide({picture}, Mpp{2, 2}));
  EXPECT_EQ(std::count(mask.pixels.data.begin(), mask.pixels.data.end(), 255), 400 * 400);
}

TEST(Tissue, NeedsAPixelSize) {
  EXPECT_THROW(static_cast<void>(find_tissue(PaintedSlide({painted(8, 8, kGlass)}, {}))), Error);
}

}  // namespace
}  // namespace galen::vision
