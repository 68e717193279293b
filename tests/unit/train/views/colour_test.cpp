#include "train/views/colour.h"

#include <gtest/gtest.h>
#include <map>
#include <string>

#include "base/sha256.h"
#include "golden_views.h"
#include "noise.h"

namespace galen::train {
namespace {

void change(const std::string& name, double factor, Pixels pixels) {
  if (name == "brightness") change_brightness(pixels, factor);
  if (name == "contrast") change_contrast(pixels, factor);
  if (name == "saturation") change_saturation(pixels, factor);
  if (name == "hue") change_hue(pixels, factor);
  if (name == "solarise") solarise(pixels, static_cast<int>(factor));
  if (name == "grey") make_grey(pixels);
}

TEST(Colour, EqualsPillowToTheLastBit) {
  for (const Json& item : golden_views("colours")) {
    Image image = vision::noise(64, 64, 3, 11);
    change(item["change"], item["factor"], image.data);
    EXPECT_EQ(sha256_hex(image.data), item["sha256"].get<std::string>()) << item.dump();
  }
}

TEST(JitterColours, WithoutStrengthChangesNothing) {
  Image image = vision::noise(16, 16, 3);
  const Image before = image;
  Random random(5);
  jitter_colours(image.data, {1, 0, 0, 0, 0}, random);
  EXPECT_EQ(image.data, before.data);
}

TEST(JitterColours, DrawsFactorsAroundOne) {
  // Of one grey, brightness is all that shows: v * factor.
  Random random(6);
  double sum = 0;
  int lowest = 255;
  int highest = 0;
  for (int i = 0; i < 4000; ++i) {
    std::array<std::uint8_t, 3> grey{100, 100, 100};
    jitter_colours(grey, {1, 0.4, 0, 0.2, 0.1}, random);
    sum += grey[0];
    lowest = std::min<int>(lowest, grey[0]);
    highest = std::max<int>(highest, grey[0]);
  }
  EXPECT_NEAR(sum / 4000, 99.5, 0.8);  // truncated
  EXPECT_EQ(lowest, 60);
  EXPECT_EQ(highest, 139);
}

}  // namespace
}  // namespace galen::train
