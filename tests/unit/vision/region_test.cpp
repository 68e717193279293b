#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "painted_slide.h"
#include "vision/preprocess/resize.h"

namespace galen::vision {
namespace {

Image gradient(int width, int height) {
  Image image = make_image(width, height, 3);
  for (std::size_t i = 0; i < image.data.size(); ++i) {
    image.data[i] = static_cast<std::uint8_t>(i * 7 + i / 50);
  }
  return image;
}

std::string refusal(const Slide& slide, Mpp mpp) {
  try {
    static_cast<void>(read_region(slide, 0, 0, 8, 8, mpp));
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
    return error.what();
  }
  return "";
}

TEST(ReadRegion, AtTheSlidesOwnScaleGivesItsPixels) {
  const PaintedSlide slide({gradient(64, 48)}, Mpp{0.5, 0.5});
  EXPECT_EQ(read_region(slide, 10, 20, 16, 8, {0.5, 0.5}).data,
            slide.read_level(0, 10, 20, 16, 8).data);
}

TEST(ReadRegion, ResizesOnceFromTheNearestFinerLevel) {
  const PaintedSlide slide({gradient(128, 128), gradient(64, 64), gradient(32, 32)},
                           Mpp{0.25, 0.25});
  const Image region = read_region(slide, 16, 8, 20, 20, {0.75, 0.75});
  EXPECT_EQ(slide.last_level, 1);  // 0.5 is finer than 0.75, 1.0 is not
  EXPECT_EQ(region.data, resize_bilinear_pil(slide.read_level(1, 16, 8, 30, 30), 20, 20, 1).data);
}

TEST(ReadRegion, TakesTheLevelItselfWhenItIsOnlyJustCoarser) {
  const PaintedSlide slide({gradient(128, 128), gradient(32, 32)}, Mpp{0.2525, 0.2525});
  static_cast<void>(read_region(slide, 0, 0, 8, 8, {1, 1}));
  EXPECT_EQ(slide.last_level, 1);
}

TEST(ReadRegion, KeepsBothScalesOfPixelsThatAreNotSquare) {
  const PaintedSlide slide({gradient(128, 128)}, Mpp{0.5, 0.4});
  const Image region = read_region(slide, 0, 0, 20, 20, {1, 1});
  EXPECT_EQ(region.data, resize_bilinear_pil(slide.read_level(0, 0, 0, 40, 50), 20, 20, 1).data);
}

TEST(ReadRegion, IsWhiteOutsideTheSlide) {
  const PaintedSlide slide({painted(16, 16, kTissue)}, Mpp{1, 1});
  const Image region = read_region(slide, 100, -50, 2, 2, {1, 1});
  EXPECT_THAT(region.data, ::testing::Each(255));
  EXPECT_THAT(read_region(slide, 1e300, 0, 1, 1, {1, 1}).data, ::testing::Each(255));
}

TEST(ReadRegion, NamesTheOptionWhenTheSlideHasNoPixelSize) {
  EXPECT_THAT(refusal(PaintedSlide({painted(16, 16, kGlass)}, {}), {1, 1}),
              ::testing::HasSubstr("--mpp"));
}

TEST(ReadRegion, RefusesAScaleThatIsNone) {
  const PaintedSlide slide({painted(16, 16, kGlass)}, Mpp{1, 1});
  for (const double wrong : {0.0, -1.0, std::nan(""), 1e6}) {
    EXPECT_THAT(refusal(slide, {wrong, wrong}), ::testing::HasSubstr("above 0 and at most"));
  }
}

TEST(ReadRegion, RefusesToInventPixelsButBridgesAFewPercent) {
  const PaintedSlide slide({gradient(64, 64)}, Mpp{0.52, 0.52});
  EXPECT_EQ(read_region(slide, 0, 0, 26, 26, {0.5, 0.5}).data,
            resize_bilinear_pil(slide.read_level(0, 0, 0, 25, 25), 26, 26, 1).data);
  EXPECT_THAT(refusal(slide, {0.25, 0.25}), ::testing::HasSubstr("scanned at 0.52"));
}

}  // namespace
}  // namespace galen::vision
