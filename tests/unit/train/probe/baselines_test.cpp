#include "train/probe/baselines.h"

#include <gtest/gtest.h>

namespace galen::train {
namespace {

Image filled(int side, std::uint8_t r, std::uint8_t g, std::uint8_t b) {
  Image image = make_image(side, side, 3);
  for (std::size_t i = 0; i < image.data.size(); i += 3) {
    image.data[i] = r;
    image.data[i + 1] = g;
    image.data[i + 2] = b;
  }
  return image;
}

TEST(PixelFeatures, are_the_shrunken_image) {
  const auto features = pixel_features(filled(50, 255, 51, 0));
  ASSERT_EQ(features.size(), 24U * 24U * 3U);
  EXPECT_FLOAT_EQ(features[3 * 100], 1.0F);
  EXPECT_FLOAT_EQ(features[3 * 100 + 1], 0.2F);
  EXPECT_FLOAT_EQ(features[3 * 100 + 2], 0.0F);
}

TEST(ColourFeatures, of_one_colour_have_its_hue_and_no_spread) {
  const auto features = colour_features(filled(8, 0, 0, 255));
  ASSERT_EQ(features.size(), 6U * 23U);
  const std::size_t hue = 3 * 23;
  EXPECT_NEAR(features[hue], 240.0 / 360, 0.005);
  EXPECT_FLOAT_EQ(features[hue + 1], 0.0F);
  EXPECT_FLOAT_EQ(features[4 * 23], 1.0F);           // saturation
  EXPECT_FLOAT_EQ(features[2 * 23 + 7 + 15], 1.0F);  // blue's last bin holds everything
}

TEST(ColourFeatures, give_percentiles_of_each_channel) {
  Image image = filled(10, 0, 0, 0);
  for (std::size_t i = 0; i < 100; ++i) image.data[3 * i] = static_cast<std::uint8_t>(2 * i);
  const auto features = colour_features(image);
  EXPECT_NEAR(features[0], 99.0 / 255, 1e-6);  // mean of red
  EXPECT_NEAR(features[2], 8.0 / 255, 1e-6);   // 5 % of the pixels are 0 .. 8
  EXPECT_NEAR(features[4], 98.0 / 255, 1e-6);  // half are 0 .. 98
}

}  // namespace
}  // namespace galen::train
