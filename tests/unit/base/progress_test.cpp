#include "base/progress.h"

#include <gtest/gtest.h>

namespace galen {
namespace {

TEST(ProgressText, gives_rate_and_time_left) {
  EXPECT_EQ(progress_text("embed", 10, 40, "slides", 5.0), "embed 10/40 slides, 2/s, 15 s left");
  EXPECT_EQ(progress_text("embed", 10, 0, "slides", 5.0), "embed 10 slides, 2/s");
  EXPECT_EQ(progress_text("pull", 1, 7201, "MiB", 1.0), "pull 1/7201 MiB, 1/s, 2 h 00 min left");
}

}  // namespace
}  // namespace galen
