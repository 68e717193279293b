#include <gtest/gtest.h>
#include <numeric>

#include "vision/volume_views.h"

namespace galen::vision {
namespace {

/// 4 x 3 x 1 voxels, each with its own value; columns of the affine say where i and j lead.
Volume volume_of(std::array<double, 3> i, std::array<double, 3> j) {
  Volume volume;
  volume.shape = {4, 3, 1, 1};
  std::vector<float> values(12);
  std::iota(values.begin(), values.end(), 0.0F);
  volume.read_slice = slices_of(std::move(values), volume.shape);
  for (std::size_t row = 0; row < 3; ++row) {
    volume.affine[row][0] = i[row];
    volume.affine[row][1] = j[row];
  }
  volume.affine[2][2] = 1;
  return volume;
}

/// The pixel at (x, y) of the upright slice must be the voxel at its stored box.
void expect_same_pixels(const Volume& volume) {
  ViewRecipe recipe;
  const Image picture = volume_picture(volume, recipe, 0);
  const auto [width, height] = upright_size(volume);
  ASSERT_EQ(picture.width, width);
  ASSERT_EQ(picture.height, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const auto box = stored_box(volume, {double(x), double(y), x + 1.0, y + 1.0});
      EXPECT_EQ(box[2] - box[0], 1);
      EXPECT_EQ(box[3] - box[1], 1);
      const double voxel = box[1] * 4 + box[0];
      const std::size_t at =
          static_cast<std::size_t>(y * width + x) * static_cast<std::size_t>(picture.channels);
      EXPECT_NEAR(picture.data[at], voxel * 255 / 11, 1) << x << " " << y;
    }
  }
}

TEST(StoredBox, IsWhereThePixelsWereTakenFrom) {
  expect_same_pixels(volume_of({1, 0, 0}, {0, 1, 0}));    // as shown
  expect_same_pixels(volume_of({-1, 0, 0}, {0, 1, 0}));   // mirrored
  expect_same_pixels(volume_of({1, 0, 0}, {0, -1, 0}));   // upside down
  expect_same_pixels(volume_of({0, 1, 0}, {1, 0, 0}));    // turned
  expect_same_pixels(volume_of({0, -1, 0}, {-1, 0, 0}));  // turned and both ways backward
  expect_same_pixels(volume_of({0, 0, -1}, {0, 1, 0}));
}

}  // namespace
}  // namespace galen::vision
