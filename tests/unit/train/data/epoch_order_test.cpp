#include "train/data/epoch_order.h"

#include <gtest/gtest.h>
#include <map>
#include <set>

namespace galen::train {
namespace {

std::vector<std::uint64_t> indices(const EpochOrder& order, std::uint64_t epoch) {
  std::vector<std::uint64_t> all;
  for (std::uint64_t i = 0; i < order.size(); ++i) all.push_back(order.at(epoch, i).index);
  return all;
}

TEST(EpochOrder, ShowsEachPictureOnceInAnOrderOfItsOwn) {
  const EpochOrder order({{0, 100, 1}}, 7, true);
  const auto first = indices(order, 0);
  const auto second = indices(order, 1);
  EXPECT_EQ(std::set(first.begin(), first.end()).size(), 100U);
  EXPECT_EQ(std::set(second.begin(), second.end()).size(), 100U);
  EXPECT_NE(first, second);
  EXPECT_EQ(indices(EpochOrder({{0, 100, 1}}, 7, true), 1), second);
  EXPECT_NE(indices(EpochOrder({{0, 100, 1}}, 8, true), 1), second);
}

TEST(EpochOrder, KeepsTheSourcesOrderUnshuffled) {
  EXPECT_EQ(indices(EpochOrder({{0, 4, 1}}, 7, false), 3),
            (std::vector<std::uint64_t>{0, 1, 2, 3}));
}

TEST(EpochOrder, ShowsWholeWeightsThatOftenAndCountsTheCopies) {
  const EpochOrder order({{0, 10, 1}, {10, 15, 3}}, 1, true);
  ASSERT_EQ(order.size(), 25U);
  std::map<std::uint64_t, std::set<std::uint64_t>> copies;
  for (std::uint64_t i = 0; i < 25; ++i) {
    const Showing showing = order.at(2, i);
    copies[showing.index].insert(showing.copy);
  }
  for (const auto& [index, of_it] : copies) EXPECT_EQ(of_it.size(), index < 10 ? 1U : 3U);
}

TEST(EpochOrder, ShowsOthersOfAPartialWeightInEachEpoch) {
  const EpochOrder order({{0, 40, 0.25}, {40, 44, 1.5}}, 1, true);
  ASSERT_EQ(order.size(), 16U);
  std::set<std::uint64_t> seen;
  for (std::uint64_t epoch = 0; epoch < 40; ++epoch) {
    std::map<std::uint64_t, int> times;
    for (const std::uint64_t index : indices(order, epoch)) ++times[index];
    int second = 0;
    for (const auto& [index, count] : times) {
      second += index >= 40 ? count : 0;
      EXPECT_LE(count, index < 40 ? 1 : 2);
      seen.insert(index);
    }
    EXPECT_EQ(second, 6);
  }
  EXPECT_EQ(seen.size(), 44U);
}

}  // namespace
}  // namespace galen::train
