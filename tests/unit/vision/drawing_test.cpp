#include <array>
#include <gtest/gtest.h>

#include <galen/error.h>

#include "noise.h"
#include "vision/overlay.h"
#include "vision/preview.h"

namespace galen::vision {
namespace {

std::array<int, 3> pixel(const Image& image, int x, int y) {
  const auto* at = image.data.data() + 3 * (static_cast<std::size_t>(y) * image.width + x);
  return {at[0], at[1], at[2]};
}

TEST(Preview, shows_one_view_as_it_is) {
  const std::vector<View> views{{noise(8, 8, 3), ""}};
  EXPECT_EQ(preview(views).data, views[0].pixels.data);
}

TEST(Preview, tiles_many_views_in_reading_order) {
  std::vector<View> views;
  for (std::uint8_t i = 1; i <= 5; ++i) {
    Image image = make_image(10, 10, 3);
    std::fill(image.data.begin(), image.data.end(), static_cast<std::uint8_t>(i * 40));
    views.push_back({image, ""});
  }
  const Image sheet = preview(views);
  EXPECT_EQ(sheet.width, 3 * 14 - 4);
  EXPECT_EQ(sheet.height, 2 * 14 - 4);
  EXPECT_EQ(pixel(sheet, 5, 5)[0], 40);
  EXPECT_EQ(pixel(sheet, 33, 5)[0], 120);
  EXPECT_EQ(pixel(sheet, 19, 19)[0], 200);
  EXPECT_EQ(pixel(sheet, 11, 5)[0], 64) << "gap";
}

TEST(Preview, stays_within_2048_pixels) {
  const std::vector<View> views(85, View{make_image(896, 896, 3), ""});
  EXPECT_LE(preview(views).width, 2048);
}

TEST(Preview, refuses_inputs_without_images) {
  EXPECT_THROW((void)preview({}), Error);
}

TEST(DrawBoxes, draws_an_outline_and_leaves_the_inside) {
  Image picture = make_image(40, 40, 3);
  draw_boxes(picture, std::array{LabelledBox{10, 12, 30, 32, "heart"}});
  const std::array<int, 3> black{};
  EXPECT_NE(pixel(picture, 10, 12), black);
  EXPECT_NE(pixel(picture, 29, 31), black);
  EXPECT_NE(pixel(picture, 20, 13), black);
  EXPECT_EQ(pixel(picture, 20, 20), black);
  EXPECT_EQ(pixel(picture, 9, 20), black);
  EXPECT_EQ(pixel(picture, 30, 20), black);
}

TEST(DrawBoxes, gives_each_label_its_colour) {
  Image picture = make_image(60, 20, 3);
  draw_boxes(picture, std::array{LabelledBox{0, 0, 10, 10, "a"}, LabelledBox{20, 0, 30, 10, "b"},
                                 LabelledBox{40, 0, 50, 10, "a"}});
  EXPECT_EQ(pixel(picture, 0, 0), pixel(picture, 40, 0));
  EXPECT_NE(pixel(picture, 0, 0), pixel(picture, 20, 0));
}

TEST(DrawBoxes, survives_boxes_outside_or_turned_round) {
  Image picture = make_image(10, 10, 3);
  draw_boxes(picture, std::array{LabelledBox{-50, -50, 500, 500, "a"}, LabelledBox{8, 8, 2, 2, "b"},
                                 LabelledBox{100, 100, 200, 200, "c"}});
  EXPECT_NE(pixel(picture, 0, 0), (std::array<int, 3>{}));
}

TEST(LocatedPicture, is_the_first_image_at_its_own_size) {
  std::vector<Input> inputs(2);
  inputs[0].value = TextDocument{"note"};
  inputs[1].value = noise(30, 20, 1);
  const Image picture = located_picture(inputs);
  EXPECT_EQ(picture.width, 30);
  EXPECT_EQ(picture.height, 20);
  EXPECT_EQ(picture.channels, 3);
  EXPECT_THROW((void)located_picture(std::span(inputs).first(1)), Error);
}

}  // namespace
}  // namespace galen::vision
