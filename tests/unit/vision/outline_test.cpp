#include "vision/tissue/outline.h"

#include <algorithm>
#include <gtest/gtest.h>

#include "painted_slide.h"
#include "vision/tissue/trace.h"

namespace galen::vision {
namespace {

Image mask_of_rows(const std::vector<std::string>& rows) {
  Image mask = make_image(static_cast<int>(rows[0].size()), static_cast<int>(rows.size()), 1);
  for (std::size_t i = 0; i < mask.data.size(); ++i) {
    mask.data[i] = rows[i / rows[0].size()][i % rows[0].size()] == '#' ? 255 : 0;
  }
  return mask;
}

/// A slide of 1 um pixels and a mask of 2 um pixels, written as rows.
struct Case {
  explicit Case(const std::vector<std::string>& rows)
      : slide({painted(static_cast<int>(rows[0].size()) * 2, static_cast<int>(rows.size()) * 2,
                       kGlass)},
              Mpp{1, 1}),
        mask{mask_of_rows(rows), 2, 0} {}

  PaintedSlide slide;
  TissueMask mask;
};

TEST(Trace, FollowsAnAreaClockwiseFromItsFirstPixel) {
  const auto loops = trace(mask_of_rows({"....",  //
                                         ".##.",  //
                                         ".#..",  //
                                         "...."}));
  ASSERT_EQ(loops.size(), 1U);
  EXPECT_FALSE(loops[0].is_hole);
  std::vector<std::pair<int, int>> corners;
  for (const Corner& corner : loops[0].corners) corners.emplace_back(corner.x, corner.y);
  EXPECT_EQ(corners,
            (std::vector<std::pair<int, int>>{{3, 1}, {3, 2}, {2, 2}, {2, 3}, {1, 3}, {1, 1}}));
}

TEST(Trace, AreasThatTouchAtACornerAreTwo) {
  EXPECT_EQ(trace(mask_of_rows({"#.",  //
                                ".#"}))
                .size(),
            2U);
}

TEST(Trace, HolesThatTouchAtACornerAreOne) {
  const auto loops = trace(mask_of_rows({"####",  //
                                         "#.##",  //
                                         "##.#",  //
                                         "####"}));
  ASSERT_EQ(loops.size(), 2U);
  EXPECT_FALSE(loops[0].is_hole);
  EXPECT_TRUE(loops[1].is_hole);
}

TEST(Simplified, DropsTheStairsOfASlope) {
  std::vector<std::string> rows;
  for (int y = 0; y < 40; ++y) rows.push_back(std::string(y + 1, '#') + std::string(39 - y, '.'));
  const auto loop = trace(mask_of_rows(rows)).front();
  EXPECT_GT(loop.corners.size(), 70U);
  EXPECT_LE(simplified(loop.corners, 0.75).size(), 6U);
  EXPECT_EQ(simplified(loop.corners, 0).size(), loop.corners.size());
}

TEST(Outlines, AreInLevelZeroPixelsAndKeepHoles) {
  const Case ring({"......",  //
                   ".####.",  //
                   ".#..#.",  //
                   ".####."});
  const auto polygons = outlines(ring.slide, ring.mask);
  ASSERT_EQ(polygons.size(), 1U);
  EXPECT_EQ(polygons[0].outer.size(), 4U);
  EXPECT_DOUBLE_EQ(polygons[0].outer[0].x, 10);
  EXPECT_DOUBLE_EQ(polygons[0].outer[0].y, 2);
  ASSERT_EQ(polygons[0].holes.size(), 1U);
  EXPECT_EQ(polygons[0].holes[0].size(), 4U);
}

TEST(Outlines, AHoleBelongsToTheAreaAroundItEvenWithAnotherInside) {
  const Case nested({"#######",  //
                     "#.....#",  //
                     "#.###.#",  //
                     "#.#.#.#",  //
                     "#.###.#",  //
                     "#.....#",  //
                     "#######"});
  const auto polygons = outlines(nested.slide, nested.mask, 0);
  ASSERT_EQ(polygons.size(), 2U);
  EXPECT_EQ(polygons[0].holes.size(), 1U);
  EXPECT_EQ(polygons[1].holes.size(), 1U);
  EXPECT_DOUBLE_EQ(polygons[1].outer[0].y, 4);
}

TEST(Outlines, EndAtTheEdgeOfTheSlide) {
  Case full({"##",  //
             "##"});
  full.mask.mpp = 2.5;  // the mask reaches beyond the slide of 4 x 4 um
  const auto polygons = outlines(full.slide, full.mask);
  ASSERT_EQ(polygons.size(), 1U);
  for (const Point& point : polygons[0].outer) {
    EXPECT_LE(point.x, 4);
    EXPECT_LE(point.y, 4);
  }
}

TEST(MaskOfPolygons, IsTheMaskThatWasOutlined) {
  const Case shapes({"..........",  //
                     ".#####.##.",  //
                     ".#...#.##.",  //
                     ".#.#.#....",  //
                     ".#...#....",  //
                     ".#####.###"});
  const auto polygons = outlines(shapes.slide, shapes.mask, 0);
  EXPECT_EQ(mask_of(shapes.slide, polygons, 2).pixels.data, shapes.mask.pixels.data);
}

TEST(MaskOfPolygons, CutsWhatLiesOutside) {
  const PaintedSlide slide({painted(20, 20, kGlass)}, Mpp{1, 1});
  const std::vector<Polygon> polygons{{{{-50, -50}, {10, -50}, {10, 50}, {-50, 50}}, {}}};
  EXPECT_DOUBLE_EQ(mask_of(slide, polygons, 1).fraction(), 0.5);
}

TEST(MaskOfPolygons, HeedsPixelsThatAreNotSquare) {
  const PaintedSlide slide({painted(40, 20, kGlass)}, Mpp{0.5, 1});
  const std::vector<Polygon> polygons{{{{0, 0}, {20, 0}, {20, 20}, {0, 20}}, {}}};
  const TissueMask mask = mask_of(slide, polygons, 1);
  EXPECT_EQ(mask.pixels.width, 20);
  EXPECT_DOUBLE_EQ(mask.fraction(), 0.5);
}

TEST(MaskOfAPicture, IsStretchedOverTheSlide) {
  const PaintedSlide slide({painted(200, 100, kGlass)}, Mpp{1, 1});
  Image picture = make_image(20, 10, 3);
  std::fill_n(picture.data.begin(), 20 * 5 * 3, std::uint8_t{255});
  const TissueMask mask = mask_of(slide, picture, 2);
  EXPECT_EQ(mask.pixels.width, 100);
  EXPECT_EQ(mask.pixels.data[24 * 100], 255);
  EXPECT_EQ(mask.pixels.data[25 * 100], 0);
}

TEST(MaskOfAPicture, MustHaveTheShapeOfTheSlide) {
  const PaintedSlide slide({painted(200, 100, kGlass)}, Mpp{1, 1});
  EXPECT_THROW(static_cast<void>(mask_of(slide, make_image(10, 10, 1), 2)), Error);
}

}  // namespace
}  // namespace galen::vision
