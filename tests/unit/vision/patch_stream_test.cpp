#include "vision/tiling/patch_stream.h"

#include <algorithm>
#include <chrono>
#include <gtest/gtest.h>
#include <map>

#include "io/slide/tiled_slide.h"
#include "painted_slide.h"

namespace galen::vision {
namespace {

/// Tiles of one grey each, which say where they are; counts how often each is decoded.
class CountingSlide final : public slide::TiledSlide {
 public:
  explicit CountingSlide(std::size_t cache_bytes)
      : TiledSlide({{1000, 900, 64, 64}}, Mpp{0.5, 0.5}, cache_bytes) {}

  std::string vendor() const override { return "counting"; }
  std::vector<std::string> associated_names() const override { return {}; }
  Image associated_image(const std::string& name) const override {
    throw Error(ErrorKind::not_found, name);
  }

  [[nodiscard]] std::size_t tiles() const {
    const std::lock_guard lock(mutex);
    return decoded.size();
  }

  mutable std::mutex mutex;
  mutable std::map<slide::TileKey, int> decoded;

 protected:
  std::shared_ptr<const Image> decode_tile(const slide::TileKey& key) const override {
    {
      const std::lock_guard lock(mutex);
      ++decoded[key];
    }
    if (broken && key.row == 5) throw Error(ErrorKind::malformed, "tile of row 5");
    auto tile = std::make_shared<Image>(make_image(64, 64, 3));
    std::fill(tile->data.begin(), tile->data.end(),
              static_cast<std::uint8_t>(key.column + 16 * key.row));
    return tile;
  }

 public:
  bool broken = false;
};

/// A grid that does not fit the tiles: 50 um are 100 pixels.
std::vector<Patch> grid_of(const Slide& slide) {
  std::vector<Patch> patches;
  for (int y = 0; y < slide.levels()[0].height; y += 100) {
    for (int x = 0; x < slide.levels()[0].width; x += 100) {
      patches.push_back({static_cast<double>(x), static_cast<double>(y), 1});
    }
  }
  return patches;
}

PatchReading reading() {
  return {.size = 50, .mpp = 1.0, .threads = 4};
}

TEST(PatchStream, GivesThePatchesInTheirOrder) {
  const CountingSlide slide(1 << 24);
  const auto patches = grid_of(slide);
  PatchStream stream(slide, patches, reading());
  for (const Patch& patch : patches) {
    const auto pixels = stream.next();
    ASSERT_TRUE(pixels);
    EXPECT_EQ(pixels->data, read_region(slide, patch.x, patch.y, 50, 50, {1, 1}).data);
  }
  EXPECT_FALSE(stream.next());
  EXPECT_FALSE(stream.next());
}

TEST(PatchStream, DecodesEveryTileOnce) {
  const CountingSlide slide(1 << 24);
  const auto patches = grid_of(slide);
  PatchStream stream(slide, patches, reading());
  while (stream.next()) {
  }
  EXPECT_EQ(slide.decoded.size(), 16U * 15U);
  for (const auto& [key, count] : slide.decoded) {
    EXPECT_EQ(count, 1) << key.column << " " << key.row;
  }
}

TEST(PatchStream, OneRowOfPatchesInTheCacheIsEnough) {
  // 16 tiles of 12 KiB a row; a patch meets 3 rows of tiles at most. Several threads could run
  // ahead by more than a row while one of them sleeps.
  const CountingSlide slide(std::size_t{16} * 4 * 64 * 64 * 3);
  const auto patches = grid_of(slide);
  PatchReading alone = reading();
  alone.threads = 1;
  PatchStream stream(slide, patches, alone);
  while (stream.next()) {
  }
  for (const auto& [key, count] : slide.decoded) EXPECT_EQ(count, 1) << key.row;
}

TEST(PatchStream, ADamagedPatchThrowsAndTheNextOnesFollow) {
  CountingSlide slide(1 << 24);
  slide.broken = true;
  const auto patches = grid_of(slide);
  PatchStream stream(slide, patches, reading());
  int thrown = 0;
  for (std::size_t i = 0; i < patches.size(); ++i) {
    try {
      EXPECT_TRUE(stream.next());
    } catch (const Error&) {
      ++thrown;
    }
  }
  EXPECT_EQ(thrown, 10);  // row 5 of tiles is the pixels 320 to 384, inside one row of patches
}

TEST(PatchStream, MayBeLeftBeforeItsEnd) {
  const CountingSlide slide(1 << 24);
  const auto patches = grid_of(slide);
  PatchStream stream(slide, patches, reading());
  EXPECT_TRUE(stream.next());
}

TEST(PatchStream, ReadsNoFurtherAheadThanItsMemory) {
  const CountingSlide slide(1 << 24);
  const auto patches = grid_of(slide);
  PatchReading small = reading();
  small.max_bytes = patch_bytes(slide, small);
  PatchStream stream(slide, patches, small);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_LE(slide.tiles(), 9U);  // of one patch
  small.max_bytes -= 1;
  EXPECT_THROW(PatchStream(slide, patches, small), Error);
}

TEST(PatchStream, OfNoPatchesIsEmpty) {
  const CountingSlide slide(1 << 24);
  PatchStream stream(slide, {}, reading());
  EXPECT_FALSE(stream.next());
}

}  // namespace
}  // namespace galen::vision
