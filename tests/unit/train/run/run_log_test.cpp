#include "train/run/run_log.h"

#include <cmath>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>
#include <sstream>
#include <unistd.h>

#include "train/run/curves.h"

namespace galen::train {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

class RunLogTest : public ::testing::Test {
 protected:
  RunLogTest() : folder_(fs::temp_directory_path() / ("galen-log-" + std::to_string(::getpid()))) {}
  ~RunLogTest() override { fs::remove_all(folder_); }
  std::string content(const std::string& name) const {
    std::stringstream text;
    text << std::ifstream(folder_ / name).rdbuf();
    return text.str();
  }
  fs::path folder_;
};

TEST_F(RunLogTest, EachStepIsALine) {
  RunLog log(folder_, 0);
  log.write(1, {{"loss", 2.5}, {"lr", 0.125}});
  log.write(2, {{"loss", std::numeric_limits<double>::quiet_NaN()}});
  EXPECT_EQ(content("log.jsonl"),
            "{\"step\":1,\"loss\":2.5,\"lr\":0.125}\n{\"step\":2,\"loss\":null}\n");
}

TEST_F(RunLogTest, AResumedRunHasNoStepTwice) {
  {
    RunLog log(folder_, 0);
    for (int step = 1; step <= 4; ++step) log.write(step, {{"loss", 1.0 * step}});
  }
  std::ofstream(folder_ / "log.jsonl", std::ios::app)
      << "{\"step\":5,\"lo";  // killed while writing
  RunLog log(folder_, 2);
  log.write(3, {{"loss", 30.0}});
  EXPECT_EQ(content("log.jsonl"),
            "{\"step\":1,\"loss\":1.0}\n{\"step\":2,\"loss\":2.0}\n{\"step\":3,\"loss\":30.0}\n");
}

TEST_F(RunLogTest, ANewRunStartsAnEmptyLog) {
  { RunLog(folder_, 0).write(1, {{"loss", 1.0}}); }
  RunLog log(folder_, 0);
  EXPECT_EQ(content("log.jsonl"), "");
}

TEST_F(RunLogTest, TheLastValuesAreOnThePageAndInTheTable) {
  {
    RunLog log(folder_, 0);
    for (int step = 1; step <= 1000; ++step) log.write(step, {{"loss", 1.0 / step}});
  }
  EXPECT_THAT(content("log.csv"), ::testing::EndsWith("\nloss,1000,0.001\n"));
  EXPECT_THAT(content("curves.html"), HasSubstr("<b>loss</b> last 0.001 at step 1000"));
}

TEST(Curves, NamesAreEscaped) {
  const std::string page = curves_page("a<b", {{"x&y", {{1, 2.0}}}});
  EXPECT_THAT(page, HasSubstr("a&lt;b"));
  EXPECT_THAT(page, HasSubstr("x&amp;y"));
  EXPECT_THAT(page, Not(HasSubstr("a<b")));
}

TEST(Curves, ALongCurveIsThinnedToItsMeans) {
  Curve curve;
  for (int step = 0; step < 40000; ++step) curve.emplace_back(step, step % 2 == 0 ? 0.0 : 1.0);
  EXPECT_LT(curves_page("run", {{"loss", curve}}).size(), 20000U);
}

}  // namespace
}  // namespace galen::train
