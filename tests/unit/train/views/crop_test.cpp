#include "train/views/crop.h"

#include <cmath>
#include <gtest/gtest.h>
#include <string>

#include <galen/error.h>

#include "base/sha256.h"
#include "golden_views.h"
#include "noise.h"

namespace galen::train {
namespace {

using vision::noise;

TEST(CropAndResize, EqualsPillowToTheLastBit) {
  for (const Json& item : golden_views("crops")) {
    const Image in = noise(item["width"], item["height"], 3);
    const auto box = item["box"].get<std::array<int, 4>>();
    const Filter filter = item["filter"] == "bicubic" ? Filter::bicubic : Filter::bilinear;
    const Image out =
        vision::crop_and_resize_pil(in, {box[0], box[1], box[2] - box[0], box[3] - box[1]},
                                    item["size"][0], item["size"][1], filter, 1);
    EXPECT_EQ(sha256_hex(out.data), item["sha256"].get<std::string>()) << item.dump();
  }
}

TEST(CropAndResize, RefusesABoxThatReachesOutside) {
  const Image in = noise(20, 10, 3);
  for (const vision::Rectangle& box :
       {vision::Rectangle{-1, 0, 5, 5}, {16, 0, 5, 5}, {0, 6, 5, 5}, {0, 0, 0, 5}}) {
    EXPECT_THROW(static_cast<void>(vision::crop_and_resize_pil(in, box, 4, 4, Filter::bilinear, 1)),
                 Error);
  }
}

TEST(CentreCrop, EqualsTorchvisionToTheLastBit) {
  for (const Json& item : golden_views("centre_crops")) {
    ViewSpec spec;
    spec.filter = Filter::bicubic;
    spec.resize = item["resize"];
    spec.size = item["size"];
    const Image out = centre_crop(noise(item["width"], item["height"], 3), spec);
    EXPECT_EQ(sha256_hex(out.data), item["sha256"].get<std::string>()) << item.dump();
  }
}

TEST(DrawCrop, DrawsAreaUniformlyAndRatioLogUniformly) {
  ViewSpec spec;
  spec.scale_low = 0.1;
  spec.scale_high = 0.5;  // never rejected, so that the draws keep their distribution
  Random random(1);
  double area = 0;
  double log_ratio = 0;
  double area_square = 0;
  constexpr int kDraws = 20000;
  for (int i = 0; i < kDraws; ++i) {
    const vision::Rectangle box = draw_crop(1000, 1000, spec, random);
    const double share = box.width * box.height / 1e6;
    EXPECT_NEAR(share, 0.3, 0.202);
    const double ratio = static_cast<double>(box.width) / box.height;
    EXPECT_NEAR(std::log(ratio), 0, std::log(4.0 / 3) + 0.01);
    area += share / kDraws;
    area_square += share * share / kDraws;
    log_ratio += std::log(ratio) / kDraws;
  }
  EXPECT_NEAR(area, 0.3, 0.003);
  EXPECT_NEAR(area_square - area * area, 0.4 * 0.4 / 12, 5e-4);
  EXPECT_NEAR(log_ratio, 0, 0.005);
}

TEST(DrawCrop, ReachesEveryCornerOfTheImage) {
  ViewSpec spec;
  Random random(2);
  int at_zero = 0;
  int at_end = 0;
  for (int i = 0; i < 3000; ++i) {
    const vision::Rectangle box = draw_crop(8, 8, spec, random);
    ASSERT_GE(box.x, 0);
    ASSERT_LE(box.x + box.width, 8);
    ASSERT_LE(box.y + box.height, 8);
    at_zero += box.x == 0 && box.y == 0 ? 1 : 0;
    at_end += box.x + box.width == 8 && box.y + box.height == 8 ? 1 : 0;
  }
  EXPECT_GT(at_zero, 100);
  EXPECT_GT(at_end, 100);
}

TEST(DrawCrop, FallsBackToTheLargestCentredRectangleOfAnAllowedRatio) {
  ViewSpec spec;
  spec.scale_low = 1;
  Random random(3);
  const vision::Rectangle wide = draw_crop(1000, 90, spec, random);
  EXPECT_EQ(wide.width, 120);
  EXPECT_EQ(wide.height, 90);
  EXPECT_EQ(wide.x, 440);
  const vision::Rectangle tall = draw_crop(90, 1000, spec, random);
  EXPECT_EQ(tall.width, 90);
  EXPECT_EQ(tall.height, 120);
  EXPECT_EQ(tall.y, 440);
}

TEST(DrawCrop, LiesAroundAGivenCentreAsFarAsTheImageAllows) {
  ViewSpec spec;
  spec.scale_low = 0.04;
  spec.scale_high = 0.05;
  Random random(4);
  const vision::Rectangle inside = draw_crop(100, 100, spec, random, Place{50, 40});
  EXPECT_NEAR(inside.x + inside.width / 2.0, 50, 0.5);
  EXPECT_NEAR(inside.y + inside.height / 2.0, 40, 0.5);
  const vision::Rectangle corner = draw_crop(100, 100, spec, random, Place{99, 1});
  EXPECT_EQ(corner.x + corner.width, 100);
  EXPECT_EQ(corner.y, 0);
}

}  // namespace
}  // namespace galen::train
