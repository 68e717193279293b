#include "train/data/loader.h"

#include <algorithm>
#include <atomic>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

#include "base/raise.h"
#include "noise.h"
#include "train/views/recipes.h"

namespace galen::train {
namespace {

/// Noise pictures; the listed ones fail.
class NoiseSource : public Source {
 public:
  explicit NoiseSource(std::size_t size, std::set<std::size_t> broken = {},
                       ErrorKind kind = ErrorKind::malformed)
      : size_(size), broken_(std::move(broken)), kind_(kind) {}

  [[nodiscard]] std::size_t size() const override { return size_; }
  [[nodiscard]] Image read(std::size_t index, Random&, int) const override {
    ++reads;
    if (broken_.contains(index)) raise(kind_, "{}: is broken", name(index));
    return vision::noise(20, 16, 3, static_cast<std::uint32_t>(index) * 1000);
  }
  [[nodiscard]] int label(std::size_t index) const override { return static_cast<int>(index % 3); }
  [[nodiscard]] std::string group(std::size_t index) const override { return name(index); }
  [[nodiscard]] std::string name(std::size_t index) const override {
    return "picture " + std::to_string(index);
  }
  [[nodiscard]] const std::vector<std::string>& label_names() const override { return names_; }

  mutable std::atomic<int> reads{0};

 private:
  std::size_t size_;
  std::set<std::size_t> broken_;
  ErrorKind kind_;
  std::vector<std::string> names_{"a", "b", "c"};
};

LoaderOptions options_of(int batch, std::uint64_t seed = 3) {
  LoaderOptions options;
  options.batch = batch;
  options.seed = seed;
  return options;
}

Recipe small_recipe() {
  return dino_recipe(12, 8, 2);
}

void expect_equal(const Batch& a, const Batch& b) {
  EXPECT_EQ(a.indices, b.indices);
  EXPECT_EQ(a.labels, b.labels);
  EXPECT_EQ(a.views, b.views);
  EXPECT_EQ(a.epoch, b.epoch);
  EXPECT_EQ(a.batch_in_epoch, b.batch_in_epoch);
}

TEST(Loader, GivesViewsLabelsAndIndicesOfOneShape) {
  const NoiseSource source(10);
  Loader loader(source, small_recipe(), options_of(4));
  EXPECT_EQ(loader.batches_per_epoch(), 2);
  const Batch batch = loader.next();
  EXPECT_THAT(batch.view_sizes, ::testing::ElementsAre(12, 12, 8, 8));
  ASSERT_EQ(batch.views.size(), 4U);
  EXPECT_EQ(batch.views[0].size(), 4U * 3 * 12 * 12);
  EXPECT_EQ(batch.views[3].size(), 4U * 3 * 8 * 8);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(batch.labels[i], batch.indices[i] % 3);
}

TEST(Loader, DoesNotDependOnWorkersPrefetchOrCache) {
  const NoiseSource source(11);
  LoaderOptions plain = options_of(4);
  LoaderOptions busy = options_of(4);
  busy.workers = 4;
  busy.prefetch = 5;
  busy.cache_bytes = 0;
  Loader one(source, small_recipe(), plain);
  Loader other(source, small_recipe(), busy);
  for (int i = 0; i < 7; ++i) expect_equal(one.next(), other.next());
}

TEST(Loader, GivesRanksTheSlicesOfOneBatch) {
  const NoiseSource source(20);
  Loader whole(source, small_recipe(), options_of(6));
  LoaderOptions slice = options_of(6);
  slice.world_size = 3;
  std::vector<std::unique_ptr<Loader>> ranks;
  for (slice.rank = 0; slice.rank < 3; ++slice.rank) {
    ranks.push_back(std::make_unique<Loader>(source, small_recipe(), slice));
  }
  for (int i = 0; i < 4; ++i) {
    const Batch all = whole.next();
    std::vector<std::int64_t> indices;
    std::vector<float> first_view;
    for (const auto& rank : ranks) {
      const Batch part = rank->next();
      EXPECT_EQ(part.indices.size(), 2U);
      indices.insert(indices.end(), part.indices.begin(), part.indices.end());
      first_view.insert(first_view.end(), part.views[0].begin(), part.views[0].end());
    }
    EXPECT_EQ(indices, all.indices);
    EXPECT_EQ(first_view, all.views[0]);
  }
}

TEST(Loader, SeeksToAnyBatchAsIfItHadRunThere) {
  const NoiseSource source(10);
  Loader through(source, small_recipe(), options_of(3));
  for (int i = 0; i < 7; ++i) static_cast<void>(through.next());
  Loader resumed(source, small_recipe(), options_of(3));
  static_cast<void>(resumed.next());
  resumed.seek(2, 1);  // 3 batches an epoch
  for (int i = 0; i < 3; ++i) expect_equal(resumed.next(), through.next());
  EXPECT_THROW(resumed.seek(0, 3), Error);
}

TEST(Loader, DrawsNewViewsOfAPictureInEachEpoch) {
  const NoiseSource source(1);
  Loader loader(source, small_recipe(), options_of(1));
  const Batch first = loader.next();
  const Batch second = loader.next();
  EXPECT_EQ(first.indices, second.indices);
  EXPECT_EQ(second.epoch, 1);
  EXPECT_NE(first.views, second.views);
}

TEST(Loader, ReadsCachedPicturesOnce) {
  const NoiseSource source(6);
  Loader loader(source, small_recipe(), options_of(6));
  for (int i = 0; i < 5; ++i) static_cast<void>(loader.next());
  EXPECT_LE(source.reads, 6 + 6);  // two workers' worth of luck at most; not five times six
}

TEST(Loader, ReplacesAnUnreadablePictureByTheNextAndSaysSoOnce) {
  const NoiseSource source(6, {2, 3});
  LoaderOptions options = options_of(6);
  options.shuffle = false;
  Loader loader(source, eval_recipe(8, 8), options);
  ::testing::internal::CaptureStderr();
  for (int i = 0; i < 3; ++i) {
    const Batch batch = loader.next();
    EXPECT_THAT(batch.indices, ::testing::ElementsAre(0, 1, 4, 4, 4, 5));
    EXPECT_EQ(batch.labels[2], 1);
  }
  const std::string said = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(said.find("picture 2"), said.rfind("picture 2"));
  EXPECT_THAT(said, ::testing::HasSubstr("picture 3: is broken"));
}

TEST(Loader, ThrowsWhenNothingCanBeRead) {
  const NoiseSource source(2, {0, 1});
  Loader loader(source, small_recipe(), options_of(2));
  EXPECT_THROW(static_cast<void>(loader.next()), Error);
}

TEST(Loader, DoesNotHideFaultsThatAreNotOfAFile) {
  const NoiseSource source(3, {1}, ErrorKind::out_of_memory);
  LoaderOptions options = options_of(3);
  Loader loader(source, small_recipe(), options);
  EXPECT_THROW(static_cast<void>(loader.next()), Error);
}

TEST(Loader, GivesTheShortLastBatchWhenAsked) {
  const NoiseSource source(7);
  LoaderOptions options = options_of(4);
  options.drop_last = false;
  options.shuffle = false;
  Loader loader(source, small_recipe(), options);
  EXPECT_EQ(loader.batches_per_epoch(), 2);
  static_cast<void>(loader.next());
  EXPECT_THAT(loader.next().indices, ::testing::ElementsAre(4, 5, 6));
  EXPECT_THAT(loader.next().indices, ::testing::ElementsAre(0, 1, 2, 3));
}

TEST(Loader, RefusesBatchesThatCannotBe) {
  const NoiseSource source(7);
  EXPECT_THROW(Loader(source, small_recipe(), options_of(8)), Error);
  EXPECT_THROW(Loader(source, small_recipe(), options_of(0)), Error);
  LoaderOptions uneven = options_of(5);
  uneven.world_size = 2;
  EXPECT_THROW(Loader(source, small_recipe(), uneven), Error);
  EXPECT_THROW(Loader(source, {}, options_of(2)), Error);
}

}  // namespace
}  // namespace galen::train
