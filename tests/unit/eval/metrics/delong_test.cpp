#include "eval/metrics/delong.h"

#include <cmath>
#include <gtest/gtest.h>
#include <vector>

#include <galen/error.h>

#include "base/file.h"
#include "base/json.h"

namespace galen::eval {
namespace {

TEST(Delong, EqualsMLstatkit) {
  const std::string path = GALEN_SOURCE_DIR "/tests/golden/delong.json";
  const Json cases = parse_json(read_file(path, 1 << 20), path);
  ASSERT_EQ(cases.size(), 3U);
  for (const Json& c : cases) {
    const auto labels = c.at("labels").get<std::vector<int>>();
    const auto a = c.at("a").get<std::vector<double>>();
    const auto b = c.at("b").get<std::vector<double>>();
    for (const auto& [name, scores] : {std::pair{"a", &a}, std::pair{"b", &b}}) {
      const AucInterval interval = delong_interval(labels, *scores);
      const Json& expected = c.at(std::string("interval_") + name);
      EXPECT_NEAR(interval.auc, c.at(std::string("auc_") + name).get<double>(), 1e-12);
      EXPECT_NEAR(interval.low, expected[0].get<double>(), 1e-10);
      EXPECT_NEAR(interval.high, expected[1].get<double>(), 1e-10);
    }
    const AucDifference difference = delong_test(labels, a, b);
    EXPECT_NEAR(difference.z, c.at("z").get<double>(), 1e-10);
    EXPECT_NEAR(difference.p, c.at("p").get<double>(), 1e-10);
  }
}

TEST(Delong, EqualScoresDoNotDiffer) {
  const std::vector<int> labels{0, 1, 0, 1, 1};
  const std::vector<double> scores{.1, .4, .35, .8, .2};
  const AucDifference difference = delong_test(labels, scores, scores);
  EXPECT_EQ(difference.z, 0);
  EXPECT_EQ(difference.p, 1);
}

TEST(Delong, OneRowOfAClassHasNoInterval) {
  const AucInterval interval =
      delong_interval(std::vector<int>{0, 0, 1}, std::vector<double>{.1, .2, .3});
  EXPECT_EQ(interval.auc, 1);
  EXPECT_TRUE(std::isnan(interval.low));
}

TEST(Delong, ALevelOutsideZeroToOneIsRefused) {
  EXPECT_THROW(
      static_cast<void>(delong_interval(std::vector<int>{0, 1}, std::vector<double>{0, 1}, 1.0)),
      Error);
}

}  // namespace
}  // namespace galen::eval
