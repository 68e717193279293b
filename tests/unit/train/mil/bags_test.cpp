#include "train/mil/bags.h"

#include <set>

#include <galen/error.h>

#include "drawn_bags.h"
#include "train/mil/folds.h"

namespace galen::train {
namespace {

TEST(BagList, leaves_out_slides_without_patches_and_says_so) {
  const auto folder = empty_folder("problems");
  write_bag(folder / "good.h5", 3, 0, 1);
  write_bag(folder / "single.h5", 1, 0, 2);
  write_bag(folder / "empty.h5", 0, 0, 3);
  write_file(folder / "broken.h5", "\x89HDF\r\n\x1a\n");
  write_file(folder / "list.csv", "slide,label\ngood,a\nsingle,b\nempty,a\nbroken,b\nabsent,a\n");
  BagListOptions options;
  options.list = folder / "list.csv";
  const BagList list = read_bag_list(options);
  ASSERT_EQ(list.bags.size(), 2U);
  EXPECT_EQ(list.bags[1].patches, 1U);
  EXPECT_EQ(list.bags[1].group, "single");
  EXPECT_EQ(list.width, kBagWidth);
  ASSERT_EQ(list.problems.size(), 3U);
  EXPECT_NE(list.problems[0].find("no patches"), std::string::npos);
  EXPECT_NE(list.problems[2].find("no absent.h5"), std::string::npos);
}

TEST(BagList, refuses_targets_that_make_no_sense) {
  const auto folder = empty_folder("targets");
  write_bag(folder / "s.h5", 2, 0, 1);
  BagListOptions options;
  options.list = folder / "list.csv";
  const auto refused = [&](const std::string& text, MilTask task) {
    write_file(options.list, text);
    options.task = task;
    EXPECT_THROW((void)read_bag_list(options), Error) << text;
  };
  refused("slide,label\ns,a\n", MilTask::classification);
  refused("slide,label\ns,high\n", MilTask::regression);
  refused("slide,time,event\ns,3,2\n", MilTask::survival);
  refused("slide,time\ns,3\n", MilTask::survival);
  refused("slide,label\nx,1\n", MilTask::regression);
}

TEST(BagFolds, test_each_slide_once_and_keep_patients_whole) {
  const BagList list = read_bag_list(marked_slides(empty_folder("folds")).list);
  BagList without_splits = list;
  without_splits.has_splits = false;
  const auto folds = make_bag_folds(without_splits, MilTask::classification, 5, 0);
  ASSERT_EQ(folds.size(), 5U);
  std::multiset<std::size_t> tested;
  for (const BagFold& fold : folds) {
    tested.insert(fold.test.begin(), fold.test.end());
    std::set<std::string> groups;
    for (const std::size_t bag : fold.test) groups.insert(list.bags[bag].group);
    for (const auto* rows : {&fold.train, &fold.validation})
      for (const std::size_t bag : *rows) EXPECT_FALSE(groups.contains(list.bags[bag].group));
    EXPECT_EQ(fold.train.size() + fold.validation.size() + fold.test.size(), 60U);
  }
  EXPECT_EQ(tested.size(), 60U);
  EXPECT_EQ(std::set<std::size_t>(tested.begin(), tested.end()).size(), 60U);
}

TEST(Bags, without_a_label_are_left_out_and_without_a_group_are_their_own) {
  const auto folder = empty_folder("blanks");
  for (const char* name : {"a.h5", "b.h5", "c.h5"}) write_bag(folder / name, 2, 0, 1);
  write_file(folder / "list.csv", "slide,label,group\na,ill,\nb,well,\nc,,p1\n");
  BagListOptions options;
  options.list = folder / "list.csv";
  const BagList list = read_bag_list(options);
  EXPECT_EQ(list.classes, (std::vector<std::string>{"ill", "well"}));
  ASSERT_EQ(list.bags.size(), 2U);
  EXPECT_EQ(list.bags[0].group, "a");
  EXPECT_EQ(list.problems.size(), 1U);
}

TEST(BagFolds, refuse_a_class_that_no_slide_teaches) {
  BagList list = read_bag_list(marked_slides(empty_folder("untaught")).list);
  for (Bag& bag : list.bags) {
    if (bag.label == 0) bag.split = "test";
  }
  EXPECT_THROW((void)make_bag_folds(list, MilTask::classification, 5, 0), Error);
}

TEST(BagFolds, follow_the_lists_splits) {
  const BagList list = read_bag_list(marked_slides(empty_folder("splits")).list);
  const auto folds = make_bag_folds(list, MilTask::classification, 5, 0);
  ASSERT_EQ(folds.size(), 1U);
  EXPECT_EQ(folds[0].train.size(), 32U);
  EXPECT_EQ(folds[0].validation.size(), 8U);
  EXPECT_EQ(folds[0].test.size(), 20U);
}

}  // namespace
}  // namespace galen::train
