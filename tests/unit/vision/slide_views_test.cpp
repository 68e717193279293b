#include "vision/tiling/slide_views.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "painted_slide.h"
#include "vision/tiling/tissue_patches.h"

namespace galen::vision {
namespace {

/// 10 x 6 cells of 64 um, each of a violet of its own, at 1 um a pixel.
Image chequered() {
  Image picture = make_image(640, 384, 3);
  for (int row = 0; row < 6; ++row) {
    for (int column = 0; column < 10; ++column) {
      paint(
          picture, column * 64, row * 64, 64, 64,
          {120, static_cast<std::uint8_t>(20 * row), static_cast<std::uint8_t>(150 + 10 * column)});
    }
  }
  return picture;
}

ViewRecipe recipe_of(int patch_size, int max_patches, int image_size) {
  ViewRecipe recipe;
  recipe.patch_size = patch_size;
  recipe.max_patches = max_patches;
  recipe.image_size = image_size;
  return recipe;
}

/// Row-major number of the cell that a view of chequered() shows.
int cell_of(const View& view) {
  return view.pixels.data[1] / 20 * 10 + (view.pixels.data[2] - 150) / 10;
}

TEST(SlideViews, ShowTheGridRowByRow) {
  const auto views = slide_views(PaintedSlide({chequered()}, Mpp{1, 1}), recipe_of(64, 126, 64));
  ASSERT_EQ(views.size(), 60U);
  for (int i = 0; i < 60; ++i) {
    EXPECT_EQ(cell_of(views[i]), i);
    EXPECT_EQ(views[i].pixels.width, 64);
    EXPECT_TRUE(views[i].caption.empty());
  }
}

TEST(SlideViews, DrawAtMostTheLimitInSpatialOrderAndTheSameEachTime) {
  const PaintedSlide slide({chequered()}, Mpp{1, 1});
  const auto cells = [&] {
    std::vector<int> drawn;
    for (const View& view : slide_views(slide, recipe_of(64, 13, 64))) {
      drawn.push_back(cell_of(view));
    }
    return drawn;
  };
  const auto first = cells();
  EXPECT_EQ(first.size(), 13U);
  EXPECT_TRUE(std::is_sorted(first.begin(), first.end()));
  EXPECT_EQ(std::adjacent_find(first.begin(), first.end()), first.end());
  EXPECT_EQ(cells(), first);
}

TEST(SlideViews, AreResizedToTheModelsSize) {
  const auto views = slide_views(PaintedSlide({chequered()}, Mpp{1, 1}), recipe_of(128, 4, 96));
  ASSERT_EQ(views.size(), 4U);
  EXPECT_EQ(views[0].pixels.width, 96);
  EXPECT_EQ(views[0].pixels.height, 96);
}

TEST(SlideViews, LeaveOutGlass) {
  Image picture = painted(640, 384, kGlass);
  paint(picture, 64, 64, 128, 64, kTissue);
  const auto views = slide_views(PaintedSlide({picture}, Mpp{1, 1}), recipe_of(64, 126, 64));
  ASSERT_EQ(views.size(), 2U);
  EXPECT_EQ(views[1].pixels.data[0], kTissue.r);
}

TEST(SlideViews, OfASlideSmallerThanAPatchAreOnePaddedWithWhite) {
  const auto views =
      slide_views(PaintedSlide({painted(100, 100, kTissue)}, Mpp{1, 1}), recipe_of(200, 126, 200));
  ASSERT_EQ(views.size(), 1U);
  EXPECT_EQ(views[0].pixels.data[0], kTissue.r);
  EXPECT_EQ(views[0].pixels.data.back(), 255);
}

TEST(SlideViews, SayWhenThereIsNoTissue) {
  try {
    static_cast<void>(
        slide_views(PaintedSlide({painted(300, 300, kGlass)}, Mpp{1, 1}), recipe_of(64, 9, 64)));
    FAIL() << "glass gave patches";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::unsupported);
    EXPECT_THAT(error.what(), ::testing::HasSubstr("no tissue"));
  }
}

TEST(SlideViews, RefuseARecipeWithoutPatches) {
  const PaintedSlide slide({chequered()}, Mpp{1, 1});
  EXPECT_THROW(static_cast<void>(slide_views(slide, recipe_of(64, 0, 64))), Error);
  EXPECT_THROW(static_cast<void>(slide_views(slide, recipe_of(0, 5, 64))), Error);
}

TEST(DrawPatches, TakesEachWithTheSameChance) {
  std::vector<Patch> patches(10);
  for (int i = 0; i < 10; ++i) {
    patches[i].x = i;
  }
  std::vector<int> taken(10);
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    for (const Patch& patch : draw_patches(patches, 3, seed)) {
      ++taken[static_cast<std::size_t>(patch.x)];
    }
  }
  for (const int times : taken) {
    EXPECT_NEAR(times, 900, 110);  // more than four standard deviations
  }
}

}  // namespace
}  // namespace galen::vision
