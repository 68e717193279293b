#include "engine/read_ahead.h"

#include <atomic>
#include <chrono>
#include <gtest/gtest.h>
#include <thread>

#include <galen/error.h>

namespace galen::engine {
namespace {

/// Images of one pixel that holds their number.
std::vector<DeferredImage> numbered(int count, std::atomic<int>& reads) {
  std::vector<DeferredImage> images;
  for (int i = 0; i < count; ++i) {
    images.push_back({std::to_string(i), [i, &reads] {
                        ++reads;
                        Image image = make_image(1, 1, 1);
                        image.data[0] = static_cast<std::uint8_t>(i);
                        return image;
                      }});
  }
  return images;
}

std::vector<const DeferredImage*> pointers(const std::vector<DeferredImage>& images) {
  std::vector<const DeferredImage*> list;
  for (const DeferredImage& image : images) list.push_back(&image);
  return list;
}

TEST(ReadAheadTest, GivesImagesInOrder) {
  std::atomic<int> reads = 0;
  const auto images = numbered(50, reads);
  ReadAhead ahead(pointers(images), 3, 4);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(ahead.next().data[0], i);
  EXPECT_EQ(reads, 50);
}

TEST(ReadAheadTest, KeepsNoMoreThanAsked) {
  std::atomic<int> reads = 0;
  const auto images = numbered(50, reads);
  ReadAhead ahead(pointers(images), 3, 4);
  (void)ahead.next();
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_LE(reads, 5);
}

TEST(ReadAheadTest, HandsOnTheErrorOfTheImageAndGoesOn) {
  std::atomic<int> reads = 0;
  auto images = numbered(3, reads);
  images[1].read = []() -> Image { throw Error(ErrorKind::malformed, "torn tile"); };
  ReadAhead ahead(pointers(images), 2, 2);
  EXPECT_EQ(ahead.next().data[0], 0);
  EXPECT_THROW((void)ahead.next(), Error);
  EXPECT_EQ(ahead.next().data[0], 2);
}

TEST(ReadAheadTest, EndsWithImagesLeft) {
  std::atomic<int> reads = 0;
  const auto images = numbered(50, reads);
  { const ReadAhead ahead(pointers(images), 2, 4); }
  EXPECT_LE(reads, 4);
}

}  // namespace
}  // namespace galen::engine
