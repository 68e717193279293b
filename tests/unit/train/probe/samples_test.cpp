#include "train/probe/samples.h"

#include <gtest/gtest.h>

#include <galen/error.h>

#include "base/file.h"

namespace galen::train {
namespace {

ListOptions written(const std::string& name, const std::string& text) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "galen_samples_test";
  std::filesystem::create_directories(folder);
  write_file(folder / name, text);
  ListOptions options;
  options.list = folder / name;
  return options;
}

std::string error_of(const ListOptions& options) {
  try {
    (void)read_samples(options, 0);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
    return error.what();
  }
  return "none";
}

TEST(Samples, follow_the_list_and_leave_out_what_it_does_not_place) {
  const ListOptions options = written("a.csv",
                                      "file,label,group,split\n"
                                      "a.png,ill,p1,train\nb.png,well,p2,train\n"
                                      "c.png,ill,p1,test\nd.png,well,p3,val\ne.png,,p4,test\n");
  const Samples samples = read_samples(options, 0);
  EXPECT_EQ(samples.names, (std::vector<std::string>{"a.png", "b.png", "c.png"}));
  EXPECT_EQ(samples.files[0], options.list.parent_path() / "a.png");
  EXPECT_EQ(samples.classes, (std::vector<std::string>{"ill", "well"}));
  EXPECT_EQ(samples.labels, (std::vector<int>{0, 1, 0}));
  EXPECT_EQ(samples.train, (std::vector<std::size_t>{0, 1}));
  EXPECT_EQ(samples.test, (std::vector<std::size_t>{2}));
  EXPECT_EQ(samples.left_out, 2U);
  EXPECT_EQ(samples.groups_in_both, 1U);
}

TEST(Samples, without_splits_hold_out_a_fifth_of_the_groups) {
  std::string text = "path,label,group\n";
  for (int i = 0; i < 100; ++i) {
    text += std::to_string(i) + ".png," + (i / 2 % 2 == 0 ? "ill" : "well") + ",p" +
            std::to_string(i / 2) + "\n";
  }
  const Samples samples = read_samples(written("b.csv", text), 3);
  EXPECT_EQ(samples.test.size(), 20U);
  EXPECT_EQ(samples.train.size(), 80U);
  EXPECT_EQ(samples.groups_in_both, 0U);
  EXPECT_FALSE(samples.has_splits);
}

TEST(Samples, without_a_group_are_their_own) {
  const Samples samples =
      read_samples(written("g.csv",
                           "path,label,group,split\na.png,ill,,train\nb.png,well,,train\n"
                           "c.png,ill,p1,test\n"),
                   0);
  EXPECT_EQ(samples.groups, (std::vector<std::string>{"a.png", "b.png", "p1"}));
}

TEST(Samples, say_what_a_list_lacks) {
  EXPECT_NE(error_of(written("c.csv", "file,kind\na,b\n")).find("no column 'label'"),
            std::string::npos);
  EXPECT_NE(error_of(written("d.csv", "file,label,split\na,x,train\nb,y,train\n"))
                .find("0 to test (split test)"),
            std::string::npos);
  EXPECT_NE(error_of(written("e.csv", "file,label,split\na,x,train\nb,y,test\n"))
                .find("no row to train has the label 'y'"),
            std::string::npos);
  EXPECT_NE(error_of(written("f.csv", "file,label,split\na,x,train\nb,x,test\n"))
                .find("every row has the label 'x'"),
            std::string::npos);
}

TEST(Samples, refuse_a_split_that_is_both) {
  ListOptions options = written("g.csv", "file,label,split\na,x,train\nb,y,test\n");
  options.test_splits = {"train", "test"};
  EXPECT_NE(error_of(options).find("both train and test"), std::string::npos);
}

}  // namespace
}  // namespace galen::train
