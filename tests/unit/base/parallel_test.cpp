#include "base/parallel.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <numeric>
#include <vector>

#include <galen/error.h>

namespace galen {
namespace {

TEST(ParallelFor, runs_each_index_once) {
  std::vector<int> hits(1000, 0);
  parallel_for(hits.size(), 4, [&](std::size_t i) { ++hits[i]; });
  EXPECT_EQ(std::accumulate(hits.begin(), hits.end(), 0), 1000);
  EXPECT_EQ(*std::max_element(hits.begin(), hits.end()), 1);
}

TEST(ParallelFor, rethrows_the_error_of_a_body) {
  EXPECT_THROW(parallel_for(100, 4,
                            [](std::size_t i) {
                              if (i == 7) throw Error(ErrorKind::malformed, "item 7");
                            }),
               Error);
}

}  // namespace
}  // namespace galen
