#include "train/views/draw_views.h"

#include <cmath>
#include <gtest/gtest.h>
#include <set>
#include <vector>

#include <galen/error.h>

#include "noise.h"

namespace galen::train {
namespace {

using vision::noise;

std::vector<std::vector<float>> drawn(const Image& image, const Recipe& recipe,
                                      const Random& random) {
  std::vector<std::vector<float>> views;
  std::vector<float*> out;
  for (const int size : view_sizes(recipe)) views.emplace_back(3 * size * size);
  for (auto& view : views) out.push_back(view.data());
  draw_views(image, recipe, random, out);
  return views;
}

/// The whole image, untouched.
ViewSpec whole(int size) {
  ViewSpec spec;
  spec.size = size;
  spec.scale_low = spec.scale_high = 1;
  spec.ratio_low = spec.ratio_high = 1;
  return spec;
}

TEST(DrawViews, GivesPlanarRgbOverTwoHundredAndFiftyFive) {
  const Image image = noise(8, 8, 3);
  const auto view = drawn(image, {whole(8)}, Random(1)).front();
  for (std::size_t i = 0; i < 64; ++i) {
    for (std::size_t c = 0; c < 3; ++c) {
      ASSERT_FLOAT_EQ(view[c * 64 + i], static_cast<float>(image.data[3 * i + c]) / 255);
    }
  }
}

TEST(DrawViews, NormalisesPerChannel) {
  const Image image = noise(8, 8, 3);
  ViewSpec spec = whole(8);
  spec.normalisation = kImageNet;
  const auto view = drawn(image, {spec}, Random(1)).front();
  EXPECT_NEAR(view[64], (image.data[1] / 255.0 - 0.456) / 0.224, 1e-6);
}

TEST(DrawViews, WholeSqueezesAllOfTheImage) {
  Image image{.width = 24, .height = 8, .channels = 3, .bits = 8, .data = {}};
  for (int i = 0; i < 24 * 8 * 3; ++i) image.data.push_back(i / 3 % 24 < 12 ? 0 : 255);
  ViewSpec spec = whole(8);
  spec.crop = Crop::whole;
  const auto view = drawn(image, {spec}, Random(1)).front();
  EXPECT_EQ(view[2], 0);
  EXPECT_EQ(view[5], 1);
}

TEST(DrawViews, OfOneKeyAreEqualAndOfAnotherDiffer) {
  const Image image = noise(60, 50, 3);
  ViewSpec spec;
  spec.size = 32;
  spec.count = 3;
  spec.flip = 0.5;
  spec.jitter = {0.8, 0.4, 0.4, 0.2, 0.1};
  const auto views = drawn(image, {spec}, Random(5));
  EXPECT_EQ(drawn(image, {spec}, Random(5)), views);
  EXPECT_NE(drawn(image, {spec}, Random(6)), views);
  EXPECT_NE(views[0], views[1]);
  EXPECT_NE(views[1], views[2]);
}

TEST(DrawViews, LieInAllEightWaysEquallyOften) {
  // The four corners tell how the square lies.
  const Image image = noise(6, 6, 3);
  ViewSpec spec = whole(6);
  spec.flip = 0.5;
  spec.has_right_turns = true;
  std::map<std::vector<float>, int> ways;
  for (std::uint64_t key = 0; key < 4000; ++key) {
    ++ways[drawn(image, {spec}, Random(key)).front()];
  }
  EXPECT_EQ(ways.size(), 8U);
  for (const auto& [way, count] : ways) EXPECT_NEAR(count, 500, 110);
}

TEST(DrawViews, FlipLeftToRightAndTopToBottom) {
  const Image image = noise(4, 4, 3);
  ViewSpec across = whole(4);
  across.flip = 1;
  ViewSpec down = whole(4);
  down.vertical_flip = 1;
  const auto views = drawn(image, {whole(4), across, down}, Random(1));
  for (std::size_t y = 0; y < 4; ++y) {
    for (std::size_t x = 0; x < 4; ++x) {
      EXPECT_EQ(views[1][y * 4 + x], views[0][y * 4 + 3 - x]);
      EXPECT_EQ(views[2][y * 4 + x], views[0][(3 - y) * 4 + x]);
    }
  }
}

TEST(DrawViews, TiedAtTheCentreShowTheSamePlace) {
  // A ramp: the mean of a crop is the place of its centre.
  Image image = make_image(200, 200, 3);
  for (std::size_t i = 0; i < image.data.size(); ++i) {
    image.data[i] = static_cast<std::uint8_t>(i / 3 % 200);
  }
  ViewSpec spec;
  spec.count = 6;
  spec.size = 16;
  spec.scale_low = 0.01;
  spec.scale_high = 0.02;
  spec.is_centre_tied = true;
  const auto spread = [&](std::uint64_t key) {
    double low = 255;
    double high = 0;
    for (const auto& view : drawn(image, {spec}, Random(key))) {
      double mean = 0;
      for (std::size_t i = 0; i < 256; ++i) mean += view[i] * 255 / 256;
      low = std::min(low, mean);
      high = std::max(high, mean);
    }
    return high - low;
  };
  for (std::uint64_t key = 0; key < 20; ++key) EXPECT_LT(spread(key), 8);
  spec.is_centre_tied = false;
  EXPECT_GT(spread(0), 40);
}

TEST(DrawViews, RefuseOtherImages) {
  const std::vector<float*> none;
  EXPECT_THROW(draw_views(noise(4, 4, 1), {}, Random(0), none), Error);
}

TEST(LeastSide, IsWhereTheSmallestCropIsNotEnlarged) {
  ViewSpec spec;
  spec.size = 96;
  spec.scale_low = 0.05;
  // sqrt(0.05 * 3 / 4) of 496 pixels are 96.
  EXPECT_EQ(least_side({spec}), 496);
  spec.crop = Crop::centre;
  EXPECT_EQ(least_side({spec}), 0);
}

TEST(CheckRecipe, NamesTheFieldThatIsOutOfRange) {
  ViewSpec spec;
  spec.jitter.hue = 0.7;
  try {
    check_recipe({spec});
    FAIL() << "a hue of 0.7 was accepted";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("jitter.hue is 0.7"), std::string::npos);
  }
  EXPECT_THROW(check_recipe({}), Error);
}

}  // namespace
}  // namespace galen::train
