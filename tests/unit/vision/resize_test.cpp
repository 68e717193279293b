#include "vision/preprocess/resize.h"

#include <functional>
#include <gtest/gtest.h>
#include <string>

#include <galen/error.h>

#include "base/sha256.h"
#include "golden.h"
#include "noise.h"
#include "vision/preprocess/weigh_rows.h"

namespace galen::vision {
namespace {

using Resize = std::function<Image(const Image&, int, int)>;

void expect_golden(const std::string& key, const Resize& resize) {
  const Json cases = golden(key);
  ASSERT_EQ(cases.size(), 21U);
  for (const Json& item : cases) {
    const Image in = noise(item["width"], item["height"], item["channels"]);
    const Image out = resize(in, item["new_width"], item["new_height"]);
    EXPECT_EQ(out.width, item["new_width"].get<int>());
    EXPECT_EQ(out.height, item["new_height"].get<int>());
    EXPECT_EQ(sha256_hex(out.data), item["sha256"].get<std::string>()) << item.dump();
  }
}

TEST(ResizePil, equals_pillow_to_the_last_bit) {
  expect_golden("resize_pil", [](const Image& image, int width, int height) {
    return resize_bilinear_pil(image, width, height);
  });
}

TEST(ResizePil, does_not_depend_on_the_number_of_threads) {
  const Image in = noise(301, 203, 3);
  const Image one = resize_bilinear_pil(in, 97, 130, 1);
  for (const int threads : {2, 3, 8}) {
    EXPECT_EQ(resize_bilinear_pil(in, 97, 130, threads).data, one.data) << threads;
  }
}

TEST(ResizePil, keeps_a_constant_image_constant) {
  Image in = make_image(123, 45, 3);
  std::fill(in.data.begin(), in.data.end(), std::uint8_t{255});
  for (const std::uint8_t sample : resize_bilinear_pil(in, 50, 60).data) ASSERT_EQ(sample, 255);
}

TEST(ResizeTf, equals_tensorflow_s_formula_to_the_last_bit) {
  expect_golden("resize_tf", [](const Image& image, int width, int height) {
    return resize_bilinear_tf(image, width, height);
  });
}

TEST(WeighRows, rounds_half_up_in_every_lane) {
  // Two taps of one half each: (a + b + 1) / 2, over widths that use each block size and the tail.
  constexpr std::int32_t kHalf = 1 << (kWeightBits - 1);
  const std::int32_t weights[] = {kHalf, kHalf};
  for (const std::size_t width : {1U, 15U, 16U, 31U, 32U, 48U, 77U}) {
    std::vector<std::uint8_t> rows(2 * width);
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = noise_byte(static_cast<unsigned>(i));
    std::vector<std::uint8_t> out(width);
    weigh_rows(rows.data(), width, weights, 2, width, out.data());
    for (std::size_t i = 0; i < width; ++i) EXPECT_EQ(out[i], (rows[i] + rows[width + i] + 1) / 2);
  }
}

TEST(Resize, refuses_what_it_cannot_do_exactly) {
  const auto kind_of = [](const Image& image, int width, int height) {
    try {
      (void)resize_bilinear_pil(image, width, height);
    } catch (const Error& error) {
      return error.kind();
    }
    return ErrorKind::internal;
  };
  EXPECT_EQ(kind_of(make_image(4, 4, 4), 2, 2), ErrorKind::invalid_argument);
  EXPECT_EQ(kind_of(make_image(4, 4, 1, 16), 2, 2), ErrorKind::invalid_argument);
  EXPECT_EQ(kind_of(make_image(4, 4, 3), 0, 2), ErrorKind::invalid_argument);
  EXPECT_EQ(kind_of(make_image(4, 4, 3), kMaxImageSide + 1, 2), ErrorKind::limit_exceeded);
}

}  // namespace
}  // namespace galen::vision
