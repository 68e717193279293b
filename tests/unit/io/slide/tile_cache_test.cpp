#include "io/slide/tile_cache.h"

#include <atomic>
#include <gtest/gtest.h>
#include <stdexcept>
#include <thread>
#include <vector>

namespace galen::slide {
namespace {

std::shared_ptr<const Image> tile_of(int side) {
  return std::make_shared<const Image>(make_image(side, side, 3));
}

TEST(TileCache, GivesBackWhatWasInserted) {
  TileCache cache(10000);
  const auto tile = tile_of(8);
  cache.insert({0, 1, 2}, tile);
  EXPECT_EQ(cache.find({0, 1, 2}), tile);
  EXPECT_EQ(cache.find({0, 2, 1}), nullptr);
}

TEST(TileCache, DropsTheTileUsedLongestAgo) {
  TileCache cache(std::size_t{2} * 8 * 8 * 3);
  cache.insert({0, 0, 0}, tile_of(8));
  cache.insert({0, 1, 0}, tile_of(8));
  EXPECT_NE(cache.find({0, 0, 0}), nullptr);  // now the other one is the oldest
  cache.insert({0, 2, 0}, tile_of(8));
  EXPECT_NE(cache.find({0, 0, 0}), nullptr);
  EXPECT_EQ(cache.find({0, 1, 0}), nullptr);
  EXPECT_NE(cache.find({0, 2, 0}), nullptr);
}

TEST(TileCache, NeverHoldsMoreThanItsBytes) {
  TileCache cache(1000);
  for (int i = 0; i < 50; ++i) {
    cache.insert({0, i, 0}, tile_of(1 + i % 12));
    EXPECT_LE(cache.bytes(), 1000U);
  }
  cache.insert({0, 99, 0}, tile_of(100));
  EXPECT_EQ(cache.find({0, 99, 0}), nullptr);
}

TEST(TileCache, ATileThatIsBeingDecodedIsWaitedFor) {
  TileCache cache(1 << 20);
  std::atomic<int> decoded = 0;
  const auto decode = [&] {
    ++decoded;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    return tile_of(8);
  };
  std::vector<TileCache::Tile> tiles(8);
  {
    std::vector<std::jthread> threads;
    for (auto& tile : tiles) threads.emplace_back([&] { tile = cache.get({0, 1, 2}, decode); });
  }
  EXPECT_EQ(decoded, 1);
  for (const auto& tile : tiles) EXPECT_EQ(tile, tiles[0]);
}

TEST(TileCache, SizesOfATileAreHeldApart) {
  TileCache cache(1 << 20);
  const auto full = cache.get({0, 1, 2, 1}, [] { return tile_of(8); });
  const auto half = cache.get({0, 1, 2, 2}, [] { return tile_of(4); });
  EXPECT_EQ(full->width, 8);
  EXPECT_EQ(half->width, 4);
}

TEST(TileCache, AFailedTileIsTriedAgain) {
  TileCache cache(1 << 20);
  EXPECT_THROW(
      cache.get({0, 0, 0}, []() -> TileCache::Tile { throw std::runtime_error("damaged"); }),
      std::runtime_error);
  EXPECT_NE(cache.get({0, 0, 0}, [] { return tile_of(8); }), nullptr);
}

}  // namespace
}  // namespace galen::slide
