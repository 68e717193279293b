#include "tasks/slide_level/heat_map.h"

#include <gtest/gtest.h>

#include <galen/error.h>

#include "io/geojson/geojson.h"

namespace galen::tasks {
namespace {

/// Three patches of 10 x 10 in a row, the second without.
store::Patches row_of_patches() {
  return {3, 1, {0, 0, 0}, {0, 0, 20, 0, 30, 0}, {{"patch_size_level0", std::int64_t{10}}}};
}

std::array<std::uint8_t, 3> pixel(const Image& image, int x, int y) {
  const std::uint8_t* at = image.data.data() + (y * image.width + x) * 3;
  return {at[0], at[1], at[2]};
}

TEST(HeatMap, ColoursPatchesByTheRankOfTheirValue) {
  const HeatMap map(row_of_patches(), std::vector<float>{0.1F, 100, 0.2F});
  Image picture = make_image(40, 10, 3);
  map.paint(picture, {0, 0, 1}, 1);
  EXPECT_EQ(pixel(picture, 5, 5), heat_colour(0));
  EXPECT_EQ(pixel(picture, 15, 5), (std::array<std::uint8_t, 3>{0, 0, 0}));
  EXPECT_EQ(pixel(picture, 25, 5), heat_colour(1));
  EXPECT_EQ(pixel(picture, 35, 5), heat_colour(0.5));
}

TEST(HeatMap, FollowsThePlaceAndScaleOfThePicture) {
  const HeatMap map(row_of_patches(), std::vector<float>{1, 2, 3});
  Image picture = make_image(4, 2, 3);
  map.paint(picture, {20, 0, 5}, 1);  // level-0 pixels 20 to 40, 5 to each
  EXPECT_EQ(pixel(picture, 0, 0), heat_colour(0.5));
  EXPECT_EQ(pixel(picture, 3, 1), heat_colour(1));
}

TEST(HeatMap, EqualValuesHaveEqualColours) {
  const HeatMap map(row_of_patches(), std::vector<float>{2, 2, 2});
  Image picture = make_image(40, 10, 3);
  map.paint(picture, {0, 0, 1}, 1);
  EXPECT_EQ(pixel(picture, 5, 5), pixel(picture, 35, 5));
}

TEST(HeatMap, GoesToQuPathPatchByPatch) {
  const HeatMap map(row_of_patches(), std::vector<float>{1, 2, 3});
  const auto path = std::filesystem::path(testing::TempDir()) / "galen_heat_map_test.geojson";
  EXPECT_EQ(map.write_geojson(path, "a"), 3U);
  const auto polygons = geojson::read_polygons(path);
  ASSERT_EQ(polygons.size(), 3U);
  EXPECT_EQ(polygons[2].outer[0].x, 30);
}

TEST(HeatMap, PatchesWithoutPlacesAreRefused) {
  store::Patches patches = row_of_patches();
  patches.coords.clear();
  EXPECT_THROW(HeatMap(patches, std::vector<float>{1, 2, 3}), Error);
}

}  // namespace
}  // namespace galen::tasks
