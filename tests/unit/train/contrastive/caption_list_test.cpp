#include "train/contrastive/caption_list.h"

#include <filesystem>
#include <gtest/gtest.h>
#include <set>
#include <unistd.h>

#include <galen/error.h>

#include "base/file.h"

namespace galen::train {
namespace {

class CaptionListTest : public testing::Test {
 protected:
  std::filesystem::path write(const std::string& name, const std::string& text) {
    file_ = std::filesystem::path(testing::TempDir()) / (std::to_string(getpid()) + name);
    write_file(file_, text);
    return file_;
  }
  ~CaptionListTest() override { std::filesystem::remove(file_); }

 private:
  std::filesystem::path file_;
};

TEST_F(CaptionListTest, JsonlKeepsTheRowsOfItsSplit) {
  const CaptionList list(
      write("a.jsonl", R"({"image": "1.png", "captions": ["a", "b"], "label": "x", "split": "train"}
{"image": "2.png", "captions": ["c"], "label": "x", "split": "val"}
{"image": "3.png", "captions": ["b"], "label": "y", "split": "train"}
)"),
      "train");
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list.path_column(), "image");
  EXPECT_EQ(list.path(1), "3.png");
  EXPECT_EQ(list.captions(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(list.draw(1, 7, 3), 1);
  EXPECT_NE(list.label_id(0), list.label_id(1));
}

TEST_F(CaptionListTest, CaptionsAreDrawnAnewEachEpochAndRepeatWithTheSeed) {
  const CaptionList list(write("b.csv", "path,captions\n1.png,a|b|c|d\n"), "");
  std::set<std::int64_t> drawn;
  for (std::int64_t epoch = 0; epoch < 40; ++epoch) {
    drawn.insert(list.draw(0, epoch, 5));
    EXPECT_EQ(list.draw(0, epoch, 5), list.draw(0, epoch, 5));
  }
  EXPECT_EQ(drawn.size(), 4U);
}

TEST_F(CaptionListTest, RowsWithoutALabelAreNoPair) {
  const CaptionList list(write("c.csv", "path,caption,label\n1,a,\n2,b,\n3,c,z\n4,d,z\n"), "");
  EXPECT_NE(list.label_id(0), list.label_id(1));
  EXPECT_EQ(list.label_id(2), list.label_id(3));
}

TEST_F(CaptionListTest, MissingCaptionsAreNamed) {
  try {
    const CaptionList list(write("d.csv", "path,caption\n1,a\n2,\n"), "");
    ADD_FAILURE() << "an empty caption was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::malformed);
    EXPECT_NE(std::string(error.what()).find("row 2 has no caption"), std::string::npos);
  }
  EXPECT_THROW(CaptionList(write("e.csv", "path,text\n1,a\n"), ""), Error);
  EXPECT_THROW(CaptionList(write("f.csv", "path,caption,split\n1,a,val\n"), "train"), Error);
}

}  // namespace
}  // namespace galen::train
