#include "train/views/blur.h"

#include <cmath>
#include <gtest/gtest.h>

#include "noise.h"

namespace galen::train {
namespace {

TEST(Blur, KeepsAConstantImageToItsEdges) {
  Image image = make_image(17, 9, 3);
  std::fill(image.data.begin(), image.data.end(), std::uint8_t{201});
  EXPECT_EQ(blur(image, 2).data, image.data);
}

TEST(Blur, SpreadsAStepAsAGaussianDoes) {
  Image image = make_image(64, 5, 3);
  for (std::size_t i = 0; i < image.data.size(); ++i) image.data[i] = i / 3 % 64 < 32 ? 0 : 200;
  const Image out = blur(image, 2.0);
  for (int x = 20; x < 44; ++x) {
    const double expected = 100 * (1 + std::erf((x + 0.5 - 32) / (2.0 * std::sqrt(2.0))));
    EXPECT_NEAR(out.data[(64 * 2 + x) * 3], expected, 1.5) << x;
  }
}

TEST(Blur, OfAlmostNothingChangesNothing) {
  const Image image = vision::noise(20, 20, 3);
  EXPECT_EQ(blur(image, 0.1).data, image.data);
}

TEST(Blur, WorksOnAnImageSmallerThanItsKernel) {
  const Image image = vision::noise(3, 2, 3);
  const Image out = blur(image, 5);
  EXPECT_EQ(out.width, 3);
  EXPECT_EQ(out.height, 2);
}

}  // namespace
}  // namespace galen::train
