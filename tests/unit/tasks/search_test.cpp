#include <gtest/gtest.h>

#include <galen/error.h>
#include <galen/search.h>

namespace galen {
namespace {

Embeddings three() {
  return {"test", 2, {"a", "b", "c"}, {1, 0, 0, 1, 0.6F, 0.8F}};
}

TEST(Search, orders_by_cosine) {
  const std::vector<float> query = {1, 0};
  const auto hits = search(three(), query, 3);
  ASSERT_EQ(hits.size(), 3U);
  EXPECT_EQ(hits[0].name, "a");
  EXPECT_EQ(hits[1].name, "c");
  EXPECT_FLOAT_EQ(hits[1].cosine, 0.6F);
  EXPECT_EQ(hits[2].name, "b");
}

TEST(Search, gives_all_rows_when_more_are_asked_for) {
  const std::vector<float> query = {0, 1};
  EXPECT_EQ(search(three(), query, 10).size(), 3U);
}

TEST(Search, refuses_a_query_of_another_width) {
  const std::vector<float> query = {1, 0, 0};
  EXPECT_THROW((void)search(three(), query, 1), Error);
}

}  // namespace
}  // namespace galen
