// Slides of unusual build. The large ones are sparse: they take no room on the disk.

#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tiff.h>

#include <galen/error.h>
#include <galen/slide.h>

namespace galen::slide {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::uint64_t kHeader = 4096;  // what stands before the pixels

struct Block {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

/// One directory of an RGB BigTIFF, in strips or tiles of `block_height` rows.
struct RawTiff {
  std::uint64_t width = 0;
  std::uint64_t height = 0;
  std::uint64_t tile_width = 0;  ///< 0: strips
  std::uint64_t block_height = 0;
  std::uint64_t compression = COMPRESSION_NONE;
  Block block = {};   ///< of the first strip or tile
  Block second = {};  ///< when there are two
  std::uint64_t blocks = 1;
};

class Bytes {
 public:
  void add(std::uint64_t value, int count) {
    for (int i = 0; i < count; ++i) text_ += static_cast<char>(value >> (8 * i) & 255U);
  }
  void entry(std::uint16_t tag, std::uint16_t type, std::uint64_t count, std::uint64_t value) {
    add(tag, 2);
    add(type, 2);
    add(count, 8);
    add(value, 8);
    ++entries_;
  }
  [[nodiscard]] std::uint64_t entries() const { return entries_; }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::uint64_t entries_ = 0;
};

std::string header_of(const RawTiff& tiff) {
  constexpr std::uint64_t kArrays = 2048;
  const bool tiled = tiff.tile_width > 0;
  const bool two = tiff.blocks == 2;
  const std::uint64_t offsets = two ? kArrays : tiff.block.offset;
  const std::uint64_t sizes = two ? kArrays + 16 : tiff.block.size;
  Bytes entries;
  entries.entry(TIFFTAG_IMAGEWIDTH, TIFF_LONG, 1, tiff.width);
  entries.entry(TIFFTAG_IMAGELENGTH, TIFF_LONG, 1, tiff.height);
  entries.entry(TIFFTAG_BITSPERSAMPLE, TIFF_SHORT, 3, 0x0008'0008'0008);
  entries.entry(TIFFTAG_COMPRESSION, TIFF_SHORT, 1, tiff.compression);
  entries.entry(TIFFTAG_PHOTOMETRIC, TIFF_SHORT, 1, PHOTOMETRIC_RGB);
  if (!tiled) entries.entry(TIFFTAG_STRIPOFFSETS, TIFF_LONG8, tiff.blocks, offsets);
  entries.entry(TIFFTAG_SAMPLESPERPIXEL, TIFF_SHORT, 1, 3);
  if (!tiled) {
    entries.entry(TIFFTAG_ROWSPERSTRIP, TIFF_LONG, 1, tiff.block_height);
    entries.entry(TIFFTAG_STRIPBYTECOUNTS, TIFF_LONG8, tiff.blocks, sizes);
  } else {
    entries.entry(TIFFTAG_TILEWIDTH, TIFF_LONG, 1, tiff.tile_width);
    entries.entry(TIFFTAG_TILELENGTH, TIFF_LONG, 1, tiff.block_height);
    entries.entry(TIFFTAG_TILEOFFSETS, TIFF_LONG8, tiff.blocks, offsets);
    entries.entry(TIFFTAG_TILEBYTECOUNTS, TIFF_LONG8, tiff.blocks, sizes);
  }
  Bytes start;
  start.add(0x4949, 2);
  start.add(43, 2);
  start.add(8, 2);
  start.add(0, 2);
  start.add(16, 8);  // the directory follows
  start.add(entries.entries(), 8);
  std::string text = start.text() + entries.text();
  text.resize(kArrays);
  Bytes arrays;
  for (const std::uint64_t value :
       {tiff.block.offset, tiff.second.offset, tiff.block.size, tiff.second.size}) {
    arrays.add(value, 8);
  }
  return text + arrays.text();
}

class OddSlides : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  /// Zeros behind the header but for `pixel` at byte `at`.
  fs::path write(const RawTiff& tiff, std::uint64_t size, std::uint64_t at,
                 const std::string& pixel) {
    const fs::path path = folder_ / "a.tiff";
    std::ofstream file(path, std::ios::binary);
    file << header_of(tiff);
    file.close();
    fs::resize_file(path, size);
    std::fstream pixels(path, std::ios::in | std::ios::out | std::ios::binary);
    pixels.seekp(static_cast<std::streamoff>(at));
    pixels << pixel;
    return path;
  }

  const fs::path folder_ = fs::path(::testing::TempDir()) / "galen-odd-slides" /
                           ::testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(OddSlides, OneStripOfTwoGigabytesIsReadRowByRow) {
  const std::uint64_t size = 40000ULL * 20000 * 3;
  const RawTiff tiff{
      .width = 40000, .height = 20000, .block_height = 20000, .block = {kHeader, size}};
  const fs::path path = write(tiff, kHeader + size, kHeader + size - 3, "\x01\x02\x03");
  const auto slide = open_slide(path);
  EXPECT_EQ(slide->levels().size(), 1U);
  EXPECT_THAT(slide->read_level(0, 39998, 19999, 3, 1).data,
              ElementsAre(0, 0, 0, 1, 2, 3, 255, 255, 255));
}

TEST_F(OddSlides, TilesBeyondFourGigabytesAreRead) {
  const Block far{5ULL << 30U, 3072};
  const RawTiff tiff{.width = 32, .height = 32, .tile_width = 32, .block_height = 32, .block = far};
  const fs::path path = write(tiff, far.offset + far.size, far.offset, "\x01\x02\x03");
  EXPECT_THAT(open_slide(path)->read_level(0, 0, 0, 2, 1).data, ElementsAre(1, 2, 3, 0, 0, 0));
}

TEST_F(OddSlides, MissingTilesAreWhite) {
  const RawTiff tiff{.width = 64,
                     .height = 32,
                     .tile_width = 32,
                     .block_height = 32,
                     .block = {kHeader, 3072},
                     .second = {0, 0},
                     .blocks = 2};
  const fs::path path = write(tiff, kHeader + 3072, kHeader, "\x01\x02\x03");
  const auto slide = open_slide(path);
  EXPECT_THAT(slide->read_level(0, 0, 0, 1, 1).data, ElementsAre(1, 2, 3));
  EXPECT_THAT(slide->read_level(0, 31, 5, 2, 1).data, ElementsAre(0, 0, 0, 255, 255, 255));
}

TEST_F(OddSlides, OneHugeCompressedStripIsRefusedWithAWayOut) {
  const RawTiff tiff{.width = 20000,
                     .height = 10000,
                     .block_height = 10000,
                     .compression = COMPRESSION_ADOBE_DEFLATE,
                     .block = {kHeader, 100}};
  const fs::path path = write(tiff, kHeader + 100, kHeader, "");
  try {
    static_cast<void>(open_slide(path));
    FAIL() << "was read";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::limit_exceeded);
    EXPECT_THAT(error.what(), HasSubstr("20000 x 10000"));
    EXPECT_THAT(error.what(), HasSubstr("67108864"));
    EXPECT_THAT(error.what(), HasSubstr("tiffsave"));
  }
}

}  // namespace
}  // namespace galen::slide
