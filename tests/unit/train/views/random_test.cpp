#include "train/views/random.h"

#include <cmath>
#include <gtest/gtest.h>
#include <set>

namespace galen::train {
namespace {

TEST(Random, RepeatsByKeyAndForksApart) {
  Random a(7);
  Random b(7);
  EXPECT_EQ(a.bits(), b.bits());
  const Random key(9);
  EXPECT_EQ(key.fork(1).fork(0).bits(), key.fork(1).fork(0).bits());
  std::set<std::uint64_t> first;
  for (std::uint64_t k = 0; k < 1000; ++k) first.insert(key.fork(k).bits());
  EXPECT_EQ(first.size(), 1000U);
}

TEST(Random, GivesTheSameNumbersOnEveryPlatform) {
  Random random(42);
  EXPECT_EQ(random.bits(), 0x361481e68fd27354ULL);
}

struct Moments {
  double mean = 0;
  double deviation = 0;
};

template <typename Draw>
Moments moments(const Draw& draw) {
  constexpr int kDraws = 40000;
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double x = draw();
    sum += x;
    squares += x * x;
  }
  return {sum / kDraws, std::sqrt(squares / kDraws - sum / kDraws * (sum / kDraws))};
}

TEST(Random, DrawsTheDistributionsItNames) {
  Random random(1);
  const Moments uniform = moments([&] { return random.uniform(2, 5); });
  EXPECT_NEAR(uniform.mean, 3.5, 0.02);
  EXPECT_NEAR(uniform.deviation, 3 / std::sqrt(12.0), 0.02);
  const Moments normal = moments([&] { return random.normal(-1, 3); });
  EXPECT_NEAR(normal.mean, -1, 0.06);
  EXPECT_NEAR(normal.deviation, 3, 0.05);
  const Moments laplace = moments([&] { return random.laplace(4, 2); });
  EXPECT_NEAR(laplace.mean, 4, 0.06);
  EXPECT_NEAR(laplace.deviation, 2 * std::sqrt(2.0), 0.08);
  const Moments logs = moments([&] { return std::log(random.log_uniform(0.25, 2)); });
  EXPECT_NEAR(logs.mean, std::log(std::sqrt(0.5)), 0.02);
  const Moments dice = moments([&] { return static_cast<double>(random.below(6)); });
  EXPECT_NEAR(dice.mean, 2.5, 0.03);
  const Moments coin = moments([&] { return random.chance(0.3) ? 1.0 : 0.0; });
  EXPECT_NEAR(coin.mean, 0.3, 0.01);
}

TEST(Shuffle, IsAPermutationOfAnySize) {
  for (const std::uint64_t size : {1, 2, 3, 4, 5, 16, 17, 1000, 1025}) {
    const Shuffle shuffle(size, 3);
    std::set<std::uint64_t> seen;
    for (std::uint64_t i = 0; i < size; ++i) seen.insert(shuffle(i));
    EXPECT_EQ(seen.size(), size);
    EXPECT_LT(*seen.rbegin(), size);
  }
}

TEST(Shuffle, DependsOnTheKeyAndLeavesFewInPlace) {
  const Shuffle first(10000, 1);
  const Shuffle second(10000, 2);
  int fixed = 0;
  int same = 0;
  int neighbours = 0;
  for (std::uint64_t i = 0; i + 1 < 10000; ++i) {
    fixed += first(i) == i ? 1 : 0;
    same += first(i) == second(i) ? 1 : 0;
    neighbours += first(i) + 1 == first(i + 1) ? 1 : 0;
  }
  EXPECT_LT(fixed, 8);
  EXPECT_LT(same, 8);
  EXPECT_LT(neighbours, 8);
}

}  // namespace
}  // namespace galen::train
