#include <cstring>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include <galen/error.h>

#include "golden.h"
#include "noise.h"
#include "vision/preprocess/normalise.h"
#include "vision/preprocess/rgb.h"
#include "vision/preprocess/slices.h"

namespace galen::vision {
namespace {

TEST(SampleSlices, equals_the_notebook_for_every_count) {
  const Json cases = golden("slices");
  ASSERT_EQ(cases.size(), 9U);
  for (const auto& [count, slices] : cases.items()) {
    EXPECT_EQ(sample_slices(std::stoi(count), 85), slices.get<std::vector<int>>()) << count;
  }
}

TEST(ToRgb8, rounds_every_16_bit_value_as_the_ratio_of_the_maxima) {
  Image wide = make_image(256, 256, 1, 16);
  for (int v = 0; v < 65536; ++v) {
    const auto sample = static_cast<std::uint16_t>(v);
    std::memcpy(wide.data.data() + 2 * static_cast<std::size_t>(v), &sample, 2);
  }
  const Image rgb = to_rgb8(wide);
  for (int v = 0; v < 65536; ++v) {
    const auto exact = static_cast<int>(std::lround(v * 255.0 / 65535.0));
    ASSERT_EQ(rgb.data[3 * static_cast<std::size_t>(v)], exact) << v;
  }
}

TEST(ToRgb8, triples_grey_and_drops_alpha) {
  const Image grey{2, 1, 1, 8, {5, 9}};
  const Image rgba{2, 1, 4, 8, {1, 2, 3, 0, 4, 5, 6, 128}};
  EXPECT_EQ(to_rgb8(grey).data, (std::vector<std::uint8_t>{5, 5, 5, 9, 9, 9}));
  EXPECT_EQ(to_rgb8(rgba).data, (std::vector<std::uint8_t>{1, 2, 3, 4, 5, 6}));
}

TEST(PadToSquare, puts_the_larger_half_below_and_right) {
  const Image wide{4, 1, 1, 8, {1, 2, 3, 4}};
  EXPECT_EQ(pad_to_square(wide).data,
            (std::vector<std::uint8_t>{0, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0}));
  const Image tall{1, 2, 3, 8, {1, 2, 3, 4, 5, 6}};
  EXPECT_EQ(pad_to_square(tall).data,
            (std::vector<std::uint8_t>{1, 2, 3, 0, 0, 0, 4, 5, 6, 0, 0, 0}));
}

TEST(Normalise, gives_planar_values_from_minus_one_to_one) {
  const Image image{1, 1, 3, 8, {0, 255, 51}};
  const std::vector<Image> batch{image, image};
  const std::vector<float> pixels = normalise(batch);
  ASSERT_EQ(pixels.size(), 6U);
  EXPECT_FLOAT_EQ(pixels[0], -1.0F);
  EXPECT_FLOAT_EQ(pixels[1], 1.0F);
  EXPECT_FLOAT_EQ(pixels[5], -0.6F);
  const Image two{2, 2, 3, 8, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}};
  const std::vector<float> planar = normalise(std::span(&two, 1));
  EXPECT_FLOAT_EQ(planar[5], (5 / 255.0F - 0.5F) / 0.5F);  // green of the second pixel
}

TEST(Normalise, refuses_a_batch_of_mixed_sizes) {
  const std::vector<Image> batch{make_image(4, 4, 3), make_image(5, 5, 3)};
  EXPECT_THROW((void)normalise(batch), Error);
}

}  // namespace
}  // namespace galen::vision
