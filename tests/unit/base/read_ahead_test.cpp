#include "base/read_ahead.h"

#include <atomic>
#include <chrono>
#include <gtest/gtest.h>
#include <thread>

#include <galen/error.h>

namespace galen {
namespace {

/// Reads images of one pixel that holds their number.
std::function<Image(std::size_t)> numbered(std::atomic<int>& reads) {
  return [&reads](std::size_t number) {
    ++reads;
    Image image = make_image(1, 1, 1);
    image.data[0] = static_cast<std::uint8_t>(number);
    return image;
  };
}

TEST(ReadAheadTest, GivesImagesInOrder) {
  std::atomic<int> reads = 0;
  ReadAhead ahead(50, numbered(reads), 3, 4);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(ahead.next().data[0], i);
  EXPECT_EQ(reads, 50);
}

TEST(ReadAheadTest, KeepsNoMoreThanAsked) {
  std::atomic<int> reads = 0;
  ReadAhead ahead(50, numbered(reads), 3, 4);
  (void)ahead.next();
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_LE(reads, 5);
}

TEST(ReadAheadTest, HandsOnTheErrorOfTheImageAndGoesOn) {
  std::atomic<int> reads = 0;
  const auto read = [&](std::size_t number) {
    if (number == 1) throw Error(ErrorKind::malformed, "torn tile");
    return numbered(reads)(number);
  };
  ReadAhead ahead(3, read, 2, 2);
  EXPECT_EQ(ahead.next().data[0], 0);
  EXPECT_THROW((void)ahead.next(), Error);
  EXPECT_EQ(ahead.next().data[0], 2);
}

TEST(ReadAheadTest, EndsWithImagesLeft) {
  std::atomic<int> reads = 0;
  { const ReadAhead ahead(50, numbered(reads), 2, 4); }
  EXPECT_LE(reads, 4);
}

}  // namespace
}  // namespace galen
