#include "vision/preprocess/intensity.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <vector>

#include <galen/error.h>

#include "base/sha256.h"
#include "golden.h"
#include "noise.h"

namespace galen::vision {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

/// The values of make_preprocess.py: noise16 divided by 16, rounded down.
std::vector<float> twelve_bit_noise() {
  std::vector<float> values;
  for (std::uint32_t i = 0; i < 5000; ++i) {
    values.push_back(std::floor(static_cast<float>(noise16(i + 11)) / 16.0F));
  }
  return values;
}

TEST(CtRgb, equals_the_published_windows_of_each_generation) {
  std::vector<float> hu;
  for (int i = 0; i < 8192; ++i) hu.push_back(static_cast<float>(i - 4096) * 0.5F);
  const Json cases = golden("ct");
  ASSERT_EQ(cases.size(), 2U);
  for (const Json& item : cases) {
    std::vector<HuWindow> windows;
    for (const Json& window : item["windows"]) windows.push_back({window[0], window[1]});
    EXPECT_EQ(sha256_hex(ct_rgb(hu, 128, 64, windows).data), item["sha256"].get<std::string>())
        << item["name"];
  }
}

TEST(CtRgb, refuses_windows_that_are_not_three_or_are_empty) {
  const std::vector<float> hu{0};
  const std::vector<HuWindow> two{{0, 1}, {0, 1}};
  const std::vector<HuWindow> empty{{0, 1}, {5, 5}, {0, 1}};
  EXPECT_THROW((void)ct_rgb(hu, 1, 1, two), Error);
  EXPECT_THROW((void)ct_rgb(hu, 1, 1, empty), Error);
}

TEST(GreyOfRange, equals_the_serving_code_for_mri) {
  const std::vector<float> values = twelve_bit_noise();
  const Image grey = grey_of_range(values, 100, 50, finite_range(values));
  EXPECT_EQ(sha256_hex(grey.data), golden("mri").get<std::string>());
}

TEST(GreyOfRange, shows_a_constant_acquisition_as_white) {
  const std::vector<float> values(6, 42.0F);
  for (const std::uint8_t sample : grey_of_range(values, 3, 2, finite_range(values)).data) {
    EXPECT_EQ(sample, 255);
  }
}

TEST(GreyOfRange, shows_what_is_not_a_number_as_black) {
  const std::vector<float> values{kNan, 0, 5, 10};
  const ValueRange range = finite_range(values);
  EXPECT_EQ(range.low, 0);
  EXPECT_EQ(range.high, 10);
  EXPECT_EQ(grey_of_range(values, 2, 2, range).data, (std::vector<std::uint8_t>{0, 0, 128, 255}));
}

TEST(RadiographGrey, equals_the_serving_code) {
  const std::vector<float> values = twelve_bit_noise();
  const RadiographFormat plain{12, true, false};
  const RadiographFormat inverted{12, true, true};
  EXPECT_EQ(sha256_hex(radiograph_grey(values, 100, 50, plain).data),
            golden("cxr").get<std::string>());
  EXPECT_EQ(sha256_hex(radiograph_grey(values, 100, 50, inverted).data),
            golden("cxr_inverted").get<std::string>());
}

TEST(RadiographGrey, leaves_unsigned_bytes_as_they_are) {
  const std::vector<float> values{0, 7, 100, 200};
  EXPECT_EQ(radiograph_grey(values, 2, 2, {8, false, false}).data,
            (std::vector<std::uint8_t>{0, 7, 100, 200}));
  EXPECT_EQ(radiograph_grey(values, 2, 2, {8, false, true}).data,
            (std::vector<std::uint8_t>{255, 248, 155, 55}));
}

TEST(RadiographGrey, survives_values_that_are_not_numbers) {
  const std::vector<float> values{kNan, 100, 300, std::numeric_limits<float>::infinity()};
  EXPECT_EQ(radiograph_grey(values, 2, 2, {16, false, false}).data,
            (std::vector<std::uint8_t>{0, 0, 255, 255}));
}

}  // namespace
}  // namespace galen::vision
