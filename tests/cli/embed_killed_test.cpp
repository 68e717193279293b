// A job that is killed again and again ends with the bytes of one that was left alone.

#include <chrono>
#include <gtest/gtest.h>
#include <random>

#include "slide_job.h"

namespace galen {
namespace {

using std::chrono::microseconds;

TEST(EmbedKilled, FiftyTimesItEndsWithTheBytesOfAnUninterruptedRun) {
  const SlideJob job(3);
  const auto start = std::chrono::steady_clock::now();
  ASSERT_EQ(job.run("whole").status, 0);
  const auto whole_run =
      std::chrono::duration_cast<microseconds>(std::chrono::steady_clock::now() - start);
  const auto expected = job.features("whole");
  ASSERT_EQ(expected.size(), 3U);

  std::mt19937_64 random(7);
  std::uniform_int_distribution<std::int64_t> moment(0, whole_run.count());
  int killed = 0;
  int ended = 0;
  while (killed < 50) {
    const Outcome outcome =
        run_galen_for(microseconds(moment(random)), job.command("killed"), job.environment());
    if (outcome.status == 128 + SIGKILL) {
      ++killed;
      continue;
    }
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_EQ(job.features("killed"), expected);
    std::filesystem::remove_all(job.scratch() / "killed");
    ++ended;
  }
  ASSERT_EQ(job.run("killed").status, 0);
  EXPECT_EQ(job.features("killed"), expected);
  EXPECT_EQ(job.left_over("killed"), 0U);
  RecordProperty("runs that ended between", ended);
}

}  // namespace
}  // namespace galen
