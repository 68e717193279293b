#include "tasks/ask/boxes.h"

#include <gtest/gtest.h>

namespace galen::tasks {
namespace {

TEST(ParseBoxes, maps_the_padded_square_back_to_the_image) {
  // 400 x 200: padded to 400 x 400 with 100 rows above and below.
  const auto boxes = parse_boxes(
      R"(The clavicle lies high. Final Answer: ```json[{"box_2d": [250, 100, 500, 600], "label": "right clavicle"}]```)",
      400, 200);
  ASSERT_EQ(boxes.size(), 1U);
  EXPECT_DOUBLE_EQ(boxes[0].x0, 40);
  EXPECT_DOUBLE_EQ(boxes[0].x1, 240);
  EXPECT_DOUBLE_EQ(boxes[0].y0, 0);
  EXPECT_DOUBLE_EQ(boxes[0].y1, 100);
  EXPECT_EQ(boxes[0].label, "right clavicle");
}

TEST(ParseBoxes, pads_an_odd_difference_as_the_preprocessing_does) {
  // 5 x 8: three columns are added, one on the left.
  const auto boxes = parse_boxes(R"(Final Answer: [{"box_2d": [0, 250, 1000, 750]}])", 5, 8);
  ASSERT_EQ(boxes.size(), 1U);
  EXPECT_DOUBLE_EQ(boxes[0].x0, 1);
  EXPECT_DOUBLE_EQ(boxes[0].x1, 5);
}

TEST(ParseBoxes, reads_the_last_final_answer) {
  const auto boxes = parse_boxes(
      R"(Final Answer: [{"box_2d": [0, 0, 10, 10], "label": "a"}] no: Final Answer: [{"box_2d": [0, 0, 20, 20], "label": "b"}])",
      1000, 1000);
  ASSERT_EQ(boxes.size(), 1U);
  EXPECT_EQ(boxes[0].label, "b");
}

TEST(ParseBoxes, leaves_out_what_is_not_a_box) {
  EXPECT_TRUE(parse_boxes("There is no clavicle.", 100, 100).empty());
  EXPECT_TRUE(parse_boxes("Final Answer: [", 100, 100).empty());
  EXPECT_TRUE(parse_boxes(R"(Final Answer: [{"box_2d": [1, 2, 3]}])", 100, 100).empty());
  EXPECT_TRUE(parse_boxes(R"(Final Answer: [{"box_2d": ["a", 0, 1, 1]}])", 100, 100).empty());
  EXPECT_TRUE(parse_boxes(R"(Final Answer: [{"box_2d": [500, 500, 400, 400]}])", 100, 100).empty());
  EXPECT_TRUE(parse_boxes(R"(Final Answer: ["text", 7, {"label": "x"}])", 100, 100).empty());
}

TEST(ParseBoxes, leaves_out_a_box_that_lies_in_the_padding) {
  EXPECT_TRUE(parse_boxes(R"(Final Answer: [{"box_2d": [0, 0, 200, 1000]}])", 400, 200).empty());
}

}  // namespace
}  // namespace galen::tasks
