#include "train/views/stain.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

#include <galen/error.h>

#include "base/file.h"
#include "base/sha256.h"
#include "golden_views.h"
#include "noise.h"
#include "train/views/colour_space.h"
#include "train/views/macenko.h"
#include "train/views/rand_stain_na.h"

namespace galen::train {
namespace {

using vision::noise;

template <typename Change>
Image each_pixel(Image image, const Change& change) {
  for (std::size_t i = 0; i < image.data.size(); i += 3) {
    const Colour colour = change(&image.data[i]);
    std::copy_n(colour.begin(), 3, &image.data[i]);
  }
  return image;
}

/// The largest difference between two lists of values.
template <typename Values>
double distance(const Values& values, const Json& golden) {
  EXPECT_EQ(values.size(), golden.size());
  double largest = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    largest = std::max(largest, std::abs(static_cast<double>(values[i]) - golden[i].get<double>()));
  }
  return largest;
}

Image stained_picture() {
  const Json pixels = golden_views("macenko").at("pixels");
  Image image = make_image(24, 24, 3);
  image.data = pixels.get<std::vector<std::uint8_t>>();
  return image;
}

TEST(ColourSpace, OfEightBitsEqualsOpenCv) {
  const Json golden = golden_views("colour_spaces");
  const Image image = noise(64, 64, 3, 13);
  const auto digest = [&](const auto& change) {
    return sha256_hex(each_pixel(image, change).data);
  };
  EXPECT_EQ(digest(rgb_to_lab), golden.at("rgb_to_lab").get<std::string>());
  EXPECT_EQ(digest(rgb_to_hsv), golden.at("rgb_to_hsv").get<std::string>());
  const Image small = noise(12, 12, 3, 17);
  const Image from_hsv = each_pixel(small, hsv_to_rgb);
  EXPECT_LE(distance(from_hsv.data, golden.at("hsv_to_rgb")), 1);
  const Image from_lab = each_pixel(small, lab_to_rgb);
  EXPECT_LE(distance(from_lab.data, golden.at("lab_to_rgb")), 1);
}

TEST(ColourSpace, HasTheLabOfRedThatOpenCvHas) {
  const std::uint8_t red[] = {255, 0, 0};
  EXPECT_THAT(rgb_to_lab(red), ::testing::ElementsAre(136, 208, 195));
}

TEST(ColourSpace, OfHaematoxylinAndEosinEqualsScikitImage) {
  const Json golden = golden_views("colour_spaces");
  const Image image = noise(12, 12, 3, 17);
  std::vector<float> hed;
  for (std::size_t i = 0; i < image.data.size(); i += 3) {
    for (const float amount : rgb_to_hed(&image.data[i])) hed.push_back(std::max(amount, 0.0F));
  }
  EXPECT_LT(distance(hed, golden.at("rgb_to_hed")), 1e-6);
  const Image back = each_pixel(image, [](const std::uint8_t* amounts) {
    return hed_to_rgb({static_cast<float>(amounts[0]) / 2000, static_cast<float>(amounts[1]) / 2000,
                       static_cast<float>(amounts[2]) / 2000});
  });
  EXPECT_LE(distance(back.data, golden.at("hed_to_rgb")), 1);
}

TEST(ColourSpace, OfHaematoxylinAndEosinLosesNothingOnTheWayBack) {
  const Image image = noise(20, 20, 3);
  const Image back =
      each_pixel(image, [](const std::uint8_t* rgb) { return hed_to_rgb(rgb_to_hed(rgb)); });
  EXPECT_EQ(back.data, image.data);
}

TEST(RandStainNa, TakesThePopulationDeviationAndTruncates) {
  // In HSV a grey's value is itself. The numbers are those of the method's worked example.
  const std::uint8_t values[] = {10, 50, 90, 130, 170, 210, 250, 30, 70};
  Image image = make_image(3, 3, 3);
  for (std::size_t i = 0; i < image.data.size(); ++i) image.data[i] = values[i / 3];
  const ChannelStatistics found = channel_statistics(image, StainSpace::hsv);
  EXPECT_NEAR(found.mean[2], 112.2222222, 1e-6);
  EXPECT_NEAR(found.deviation[2], 78.5674201, 1e-6);
  match_statistics(image, StainSpace::hsv, {{0, 0, 158.033}, {0, 0, 36.899}});
  const std::uint8_t expected[] = {110, 128, 147, 166, 185, 203, 222, 119, 138};
  for (std::size_t i = 0; i < image.data.size(); ++i) EXPECT_EQ(image.data[i], expected[i / 3]);
}

TEST(RandStainNa, ReturnsRgbInTheOrderItCame) {
  const Json golden = golden_views("rand_stain_na");
  Image image = noise(12, 12, 3, 17);
  match_statistics(image, StainSpace::lab,
                   {golden.at("mean").get<std::array<double, 3>>(),
                    golden.at("deviation").get<std::array<double, 3>>()});
  EXPECT_LE(distance(image.data, golden.at("pixels")), 3);
}

TEST(RandStainNa, LeavesAConstantPictureConstantAndDefined) {
  Image image = make_image(4, 4, 3);
  std::fill(image.data.begin(), image.data.end(), std::uint8_t{90});
  match_statistics(image, StainSpace::lab, {{128, 128, 128}, {30, 5, 5}});
  EXPECT_EQ(std::set(image.data.begin(), image.data.end()).size(), 1U);
}

TEST(RandStainNa, DrawsWithTheDeviationsScaled) {
  Random random(1);
  double sum = 0;
  double squares = 0;
  double least = 1e9;
  constexpr int kDraws = 20000;
  for (int i = 0; i < kDraws; ++i) {
    const ChannelStatistics drawn = draw_statistics(crc_statistics(), -0.3, random);
    sum += drawn.mean[0];
    squares += drawn.mean[0] * drawn.mean[0];
    least = std::min(least, drawn.deviation[0]);
  }
  const double mean = sum / kDraws;
  EXPECT_NEAR(mean, 158.033, 1);
  EXPECT_NEAR(std::sqrt(squares / kDraws - mean * mean), 48.792 * 0.7, 0.6);
  EXPECT_GE(least, 0);
}

TEST(Macenko, FindsTheStainsThatTiaToolboxFinds) {
  const Json golden = golden_views("macenko");
  const auto stains = find_stains(stained_picture());
  ASSERT_TRUE(stains.has_value());
  for (std::size_t s = 0; s < 2; ++s) {
    EXPECT_LT(distance(stains->matrix[s], golden.at("matrix")[s]), 1e-4);
  }
  EXPECT_LT(distance(stains->concentration, golden.at("concentration")), 1e-3);
}

TEST(Macenko, NormalisesAndAugmentsAsTiaToolboxDoes) {
  const Json golden = golden_views("macenko");
  Image normalised = stained_picture();
  ASSERT_TRUE(normalise_stains(normalised, kMacenkoTarget));
  EXPECT_LE(distance(normalised.data, golden.at("normalised")), 1);
  Image augmented = stained_picture();
  ASSERT_TRUE(augment_stains(augmented, 1.2, 0.05));
  EXPECT_LE(distance(augmented.data, golden.at("augmented")), 1);
}

TEST(Macenko, LeavesPicturesWithoutTwoStainsAlone) {
  Image white = make_image(30, 30, 3);
  std::fill(white.data.begin(), white.data.end(), std::uint8_t{255});
  Image grey = noise(30, 30, 1);
  Image grey_rgb = make_image(30, 30, 3);
  for (std::size_t i = 0; i < grey_rgb.data.size(); ++i) grey_rgb.data[i] = grey.data[i / 3];
  for (Image* image : {&white, &grey_rgb}) {
    const Image before = *image;
    EXPECT_FALSE(augment_stains(*image, 1.3, 0.1));
    EXPECT_FALSE(normalise_stains(*image, kMacenkoTarget));
    EXPECT_EQ(image->data, before.data);
  }
}

TEST(ChangeStain, OfEachKindDependsOnTheKeyAlone) {
  StainSpec spec;
  spec.statistics = {crc_statistics()};
  for (const StainChange change :
       {StainChange::hed_jitter, StainChange::rand_stain_na, StainChange::macenko_augment}) {
    spec.change = change;
    const auto changed = [&](std::uint64_t key) {
      Image image = stained_picture();
      Random random(key);
      change_stain(image, spec, random);
      return image.data;
    };
    EXPECT_EQ(changed(1), changed(1));
    EXPECT_NE(changed(1), changed(2));
    EXPECT_NE(changed(1), stained_picture().data);
  }
}

TEST(ChangeStain, ByHedJitterOfNothingKeepsThePicture) {
  StainSpec spec;
  spec.change = StainChange::hed_jitter;
  spec.alpha = spec.beta = 0;
  Image image = stained_picture();
  Random random(1);
  change_stain(image, spec, random);
  EXPECT_EQ(image.data, stained_picture().data);
}

TEST(StainStatistics, ComeBackFromTheirFile) {
  const auto file = std::filesystem::path(::testing::TempDir()) / "galen_stain.json";
  StainStatistics hsv = crc_statistics();
  hsv.space = StainSpace::hsv;
  save_stain_statistics(file, {crc_statistics(), hsv});
  const auto loaded = load_stain_statistics(file);
  ASSERT_EQ(loaded.size(), 2U);
  EXPECT_EQ(loaded[1].space, StainSpace::hsv);
  EXPECT_EQ(loaded[0].means[1].spread, Spread::laplace);
  EXPECT_EQ(loaded[0].means[1].mean, 151.187);
  EXPECT_EQ(loaded[0].deviations[2].deviation, 2.013);
  for (const char* broken : {"[]", "[{}]", "{\"space\": 1}", "[{\"space\": \"rgb\"}]", "7"}) {
    write_file(file, broken);
    EXPECT_THROW(static_cast<void>(load_stain_statistics(file)), Error) << broken;
  }
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace galen::train
