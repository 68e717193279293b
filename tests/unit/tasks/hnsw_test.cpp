#include "tasks/search/hnsw.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <numeric>
#include <random>

#include <galen/error.h>
#include <galen/search.h>

#include "base/file.h"
#include "tasks/search/cosine.h"

namespace galen::tasks {
namespace {

constexpr std::size_t kWidth = 32;

/// Unit vectors around 50 centres, as patches of tissue lie.
std::vector<float> clustered(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> centres(50 * kWidth);
  for (float& value : centres) value = normal(random);
  std::vector<float> rows;
  for (std::size_t row = 0; row < count; ++row) {
    const float* centre = centres.data() + random() % 50 * kWidth;
    std::vector<float> values(kWidth);
    for (std::size_t i = 0; i < kWidth; ++i) values[i] = centre[i] + 0.7F * normal(random);
    const float size = std::sqrt(inner_product(values.data(), values.data(), kWidth));
    for (const float value : values) rows.push_back(value / size);
  }
  return rows;
}

double recall_at_10(const Hnsw& index, const std::vector<float>& rows, std::size_t effort) {
  Embeddings embeddings{"test", kWidth, {}, rows};
  for (std::size_t i = 0; i < rows.size() / kWidth; ++i)
    embeddings.names.push_back(std::to_string(i));
  std::size_t found = 0;
  constexpr std::size_t kQueries = 100;
  for (std::size_t q = 0; q < kQueries; ++q) {
    const auto query = std::span(rows).subspan(q * 37 * kWidth, kWidth);
    const auto near = index.search(rows, query, 10, effort);
    for (const SearchHit& hit : search(embeddings, query, 10))
      found += std::count(near.begin(), near.end(), std::stoul(hit.name)) > 0 ? 1 : 0;
  }
  return static_cast<double>(found) / (10 * kQueries);
}

TEST(Hnsw, FindsNearlyAllThatExactSearchFinds) {
  const std::vector<float> rows = clustered(5000, 1);
  const Hnsw index = Hnsw::build(rows, kWidth, {});
  const double recall = recall_at_10(index, rows, 100);
  RecordProperty("recall at 10", std::to_string(recall));
  EXPECT_GT(recall, 0.98);
  EXPECT_LT(recall_at_10(index, rows, 10), recall);
}

TEST(Hnsw, IsTheSameAfterSavingAndLoading) {
  const std::vector<float> rows = clustered(300, 2);
  const Hnsw index = Hnsw::build(rows, kWidth, {});
  const auto path = std::filesystem::path(testing::TempDir()) / "galen_hnsw_test.hnsw";
  index.save(path, "mine");
  const Hnsw loaded = Hnsw::load(path, "mine");
  const auto query = std::span(rows).first(kWidth);
  EXPECT_EQ(loaded.search(rows, query, 5, 50), index.search(rows, query, 5, 50));
  EXPECT_EQ(loaded.search(rows, query, 5, 50).front(), 0U);
  EXPECT_THROW(static_cast<void>(Hnsw::load(path, "another's")), Error);
}

TEST(Hnsw, ADamagedFileIsRefused) {
  const std::vector<float> rows = clustered(50, 3);
  const auto path = std::filesystem::path(testing::TempDir()) / "galen_hnsw_damaged_test.hnsw";
  Hnsw::build(rows, kWidth, {}).save(path, "");
  const std::string good = read_file(path, 1 << 24);
  write_file(path, good.substr(0, good.size() - 4));
  EXPECT_THROW(static_cast<void>(Hnsw::load(path, "")), Error);
  std::string bad = good;
  bad[good.find('\n', 12) + 8] = '\x7f';  // the third link, or the second of the first row
  bad[good.find('\n', 12) + 7] = '\x7f';
  write_file(path, bad);
  EXPECT_THROW(static_cast<void>(Hnsw::load(path, "")), Error);
}

TEST(Hnsw, OfNoRowsFindsNothing) {
  const Hnsw index = Hnsw::build({}, kWidth, {});
  EXPECT_TRUE(index.search({}, std::vector<float>(kWidth), 5, 5).empty());
}

}  // namespace
}  // namespace galen::tasks
