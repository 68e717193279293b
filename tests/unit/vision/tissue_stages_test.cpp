#include <algorithm>
#include <gtest/gtest.h>

#include "painted_slide.h"
#include "vision/tiling/tissue_patches.h"
#include "vision/tissue/morphology.h"
#include "vision/tissue/sharpness.h"
#include "vision/tissue/stain.h"
#include "vision/tissue/tissue_mask.h"

namespace galen::vision {
namespace {

Hsv hsv(Rgb colour) {
  const std::uint8_t rgb[] = {colour.r, colour.g, colour.b};
  return to_hsv(rgb);
}

TEST(Stain, HsvIsThatOfTheDefinition) {
  EXPECT_EQ(hsv({255, 0, 0}).hue, 0);
  EXPECT_EQ(hsv({0, 200, 0}).hue, 120);
  EXPECT_EQ(hsv({0, 0, 50}).hue, 240);
  EXPECT_EQ(hsv({200, 100, 200}).hue, 300);
  EXPECT_EQ(hsv({200, 100, 200}).saturation, 127);
  EXPECT_EQ(hsv({200, 100, 200}).value, 200);
  EXPECT_EQ(hsv({90, 90, 90}).saturation, 0);
  EXPECT_EQ(hsv({0, 0, 0}).saturation, 0);
}

TEST(Stain, InkIsPenAndStainIsNot) {
  EXPECT_TRUE(is_pen(hsv({60, 150, 90})));     // green
  EXPECT_TRUE(is_pen(hsv({40, 110, 190})));    // blue
  EXPECT_TRUE(is_pen(hsv({210, 20, 25})));     // red
  EXPECT_FALSE(is_pen(hsv({90, 60, 140})));    // haematoxylin
  EXPECT_FALSE(is_pen(hsv({220, 130, 180})));  // eosin
  EXPECT_FALSE(is_pen(hsv({190, 70, 80})));    // blood
  EXPECT_FALSE(is_pen(hsv({150, 100, 60})));   // DAB
  EXPECT_FALSE(is_pen(hsv({240, 238, 240})));
}

/// A bar of 6 rows and 22 columns with gaps of 4 columns and of 1, in 30 x 12 pixels.
Image bar_with_gaps() {
  Image mask = make_image(30, 12, 1);
  for (int y = 3; y < 9; ++y) {
    for (int x = 2; x < 24; ++x) {
      if ((x < 8 || x >= 12) && x != 18) mask.data[y * 30 + x] = 255;
    }
  }
  return mask;
}

TEST(CloseGaps, BridgesWhatIsNarrowerThanTheDisc) {
  Image mask = bar_with_gaps();
  close_gaps(mask, 1);
  EXPECT_EQ(mask.data[6 * 30 + 18], 255);
  EXPECT_EQ(mask.data[6 * 30 + 9], 0);
  EXPECT_EQ(mask.data[2 * 30 + 5], 0);  // does not grow
  close_gaps(mask, 3);
  EXPECT_EQ(mask.data[6 * 30 + 9], 255);
}

TEST(CloseGaps, TakesNothingAway) {
  const Image mask = bar_with_gaps();
  Image closed = mask;
  close_gaps(closed, 4);
  for (std::size_t i = 0; i < mask.data.size(); ++i) EXPECT_GE(closed.data[i], mask.data[i]);
}

TEST(CloseGaps, LeavesTheEdgeOfThePictureAsItIs) {
  Image mask = make_image(20, 20, 1);
  for (int x = 0; x < 20; ++x) mask.data[17 * 20 + x] = 255;  // two rows of glass below it
  const Image before = mask;
  close_gaps(mask, 5);
  EXPECT_EQ(mask.data, before.data);
}

TEST(Dilate, SetsTheDiscAroundAPixel) {
  Image mask = make_image(9, 9, 1);
  mask.data[4 * 9 + 4] = 255;
  dilate(mask, 2);
  for (int y = 0; y < 9; ++y) {
    for (int x = 0; x < 9; ++x) {
      const bool inside = (x - 4) * (x - 4) + (y - 4) * (y - 4) <= 4;
      EXPECT_EQ(mask.data[y * 9 + x], inside ? 255 : 0) << x << ", " << y;
    }
  }
}

TEST(TissueStages, PenIsNoTissueUnlessItMayBe) {
  Image picture = painted(800, 800, kGlass);
  paint(picture, 100, 100, 300, 300, kTissue);
  paint(picture, 500, 500, 200, 200, {40, 150, 90});
  const PaintedSlide slide({picture}, Mpp{2, 2});
  const TissueMask mask = find_tissue(slide);
  EXPECT_EQ(mask.pixels.data[200 * 800 + 200], 255);
  EXPECT_EQ(mask.pixels.data[600 * 800 + 600], 0);
  EXPECT_EQ(find_tissue(slide, {.reject_pen = false}).pixels.data[600 * 800 + 600], 255);
}

TEST(TissueStages, PenOnTissueLeavesAGapWithAMargin) {
  Image picture = painted(800, 800, kGlass);
  paint(picture, 100, 100, 600, 600, kTissue);
  paint(picture, 300, 300, 100, 100, {40, 150, 90});
  const TissueMask mask = find_tissue(PaintedSlide({picture}, Mpp{2, 2}));
  EXPECT_EQ(mask.pixels.data[350 * 800 + 350], 0);
  EXPECT_EQ(mask.pixels.data[350 * 800 + 295], 0);  // 10 um beside it
  EXPECT_EQ(mask.pixels.data[350 * 800 + 280], 255);
}

TEST(TissueStages, ASmallDarkSpotInTissueIsKept) {
  Image picture = painted(400, 400, kGlass);
  paint(picture, 50, 50, 300, 300, kTissue);
  paint(picture, 200, 200, 10, 10, {20, 10, 30});
  const TissueMask mask = find_tissue(PaintedSlide({picture}, Mpp{2, 2}));
  EXPECT_EQ(mask.pixels.data[205 * 400 + 205], 255);
}

TEST(TissueStages, ClosingBridgesCracks) {
  Image picture = painted(400, 400, kGlass);
  paint(picture, 50, 50, 300, 300, kTissue);
  paint(picture, 200, 0, 8, 400, kGlass);  // 16 um wide, from edge to edge
  const PaintedSlide slide({picture}, Mpp{2, 2});
  EXPECT_EQ(find_tissue(slide).pixels.data[200 * 400 + 203], 255);
  EXPECT_EQ(find_tissue(slide, {.closing = 0}).pixels.data[200 * 400 + 203], 0);
}

/// Tissue as stripes two pixels wide, sharp on the left, smoothed away on the right.
Image half_blurred() {
  Image picture = painted(512, 256, {200, 120, 170});
  for (int x = 0; x < 256; x += 4) paint(picture, x, 0, 2, 256, {150, 60, 140});
  return picture;
}

TEST(TissueStages, BlurIsRejectedWhenAskedFor) {
  const Image picture = half_blurred();
  EXPECT_GT(sharpness(picture, 0, 0, 64, 64), 10);
  EXPECT_LT(sharpness(picture, 400, 0, 64, 64), 1);
  const PaintedSlide slide({picture}, Mpp{2, 2});
  EXPECT_DOUBLE_EQ(find_tissue(slide).fraction(), 1);
  const TissueMask mask = find_tissue(slide, {.min_sharpness = 4});
  EXPECT_EQ(mask.pixels.data[128 * 512 + 100], 255);
  EXPECT_EQ(mask.pixels.data[128 * 512 + 400], 0);
}

TEST(TissueStages, AThresholdOfTheUserIsTaken) {
  Image picture = painted(400, 400, kGlass);
  paint(picture, 0, 0, 200, 400, {230, 210, 225});  // saturation 22
  paint(picture, 200, 0, 100, 400, kTissue);
  const PaintedSlide slide({picture}, Mpp{2, 2});
  EXPECT_DOUBLE_EQ(find_tissue(slide, {.threshold = 10, .closing = 0}).fraction(), 0.75);
  EXPECT_DOUBLE_EQ(find_tissue(slide, {.threshold = 60, .closing = 0}).fraction(), 0.25);
}

TEST(TissueStages, EveryPresetIsAUsableSetOfOptions) {
  const PaintedSlide slide({painted(64, 64, kTissue)}, Mpp{2, 2});
  for (const std::string& name : tissue_preset_names()) {
    EXPECT_NO_THROW(static_cast<void>(find_tissue(slide, tissue_preset(name)))) << name;
  }
  EXPECT_THROW(static_cast<void>(tissue_preset("none")), Error);
}

TEST(TissueStages, BadOptionsAreRefused) {
  const PaintedSlide slide({painted(64, 64, kTissue)}, Mpp{2, 2});
  EXPECT_THROW(static_cast<void>(find_tissue(slide, {.mpp = 0})), Error);
  EXPECT_THROW(static_cast<void>(find_tissue(slide, {.threshold = 255})), Error);
  EXPECT_THROW(static_cast<void>(find_tissue(slide, {.closing = -1})), Error);
  EXPECT_THROW(static_cast<void>(find_tissue(slide, {.closing = 1001})), Error);
}

TEST(TissueStages, StopWhenCancelled) {
  CancelToken cancel;
  cancel.cancel();
  const PaintedSlide slide({painted(64, 64, kTissue)}, Mpp{2, 2});
  EXPECT_THROW(static_cast<void>(find_tissue(slide, {}, &cancel)), Error);
}

TEST(TissuePatches, OverlapOnAGridOfTheirStep) {
  const PaintedSlide slide({painted(400, 400, kTissue)}, Mpp{0.5, 1});  // 200 x 400 um
  const TissueMask mask = find_tissue(slide, {.mpp = 1});
  const auto patches = tissue_patches(slide, mask, 100, 1.0, 50);
  ASSERT_EQ(patches.size(), 3U * 7U);   // whole ones only
  EXPECT_DOUBLE_EQ(patches[1].x, 100);  // 50 um of 0.5 um pixels
  EXPECT_DOUBLE_EQ(patches[1].y, 0);
  EXPECT_DOUBLE_EQ(patches[3].x, 0);
  EXPECT_DOUBLE_EQ(patches[3].y, 50);
  EXPECT_THROW(static_cast<void>(tissue_patches(slide, mask, 100, 1.0, 100)), Error);
  EXPECT_THROW(static_cast<void>(tissue_patches(slide, mask, 100, 1.0, -1)), Error);
}

}  // namespace
}  // namespace galen::vision
