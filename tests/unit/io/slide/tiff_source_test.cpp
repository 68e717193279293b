#include <array>
#include <cstdlib>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thread>
#include <tiff.h>

#include <galen/error.h>
#include <galen/slide.h>

#include "tiff_fixture.h"

namespace galen::slide {
namespace {

using ::testing::ElementsAre;

class TiffSlideTest : public ::testing::Test {
 protected:
  std::shared_ptr<Slide> open(const std::vector<TiffPage>& pages, bool big = false) {
    write_tiff(path_, pages, big);
    return open_slide(path_);
  }
  void TearDown() override { std::filesystem::remove(path_); }

  const std::filesystem::path path_ =
      std::filesystem::path(::testing::TempDir()) /
      (std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()) + ".tif");
};

int largest_difference(const Image& a, const Image& b) {
  int largest = a.data.size() == b.data.size() ? 0 : 256;
  for (std::size_t i = 0; i < std::min(a.data.size(), b.data.size()); ++i) {
    largest = std::max(largest, std::abs(int{a.data[i]} - int{b.data[i]}));
  }
  return largest;
}

TEST_F(TiffSlideTest, GivesThePixelsOfEveryLosslessCompression) {
  const Image field = colour_field(100, 70);
  for (const int compression : {COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE}) {
    for (const int tile_side : {32, 0}) {
      TiffPage page{.image = field,
                    .tile_side = tile_side,
                    .compression = static_cast<std::uint16_t>(compression)};
      EXPECT_EQ(open({page})->read_level(0, 0, 0, 100, 70).data, field.data)
          << compression << " " << tile_side;
      page.planes_apart = true;
      EXPECT_EQ(open({page})->read_level(0, 0, 0, 100, 70).data, field.data)
          << compression << " " << tile_side;
    }
  }
}

TEST_F(TiffSlideTest, GivesThePixelsOfBigTiff) {
  const Image field = colour_field(40, 50);
  EXPECT_EQ(open({{.image = field}}, true)->read_level(0, 0, 0, 40, 50).data, field.data);
}

TEST_F(TiffSlideTest, GivesThePixelsOfJpegWithinItsLoss) {
  Image smooth = make_image(96, 64, 3);
  for (std::size_t i = 0; i < smooth.data.size(); ++i) {
    smooth.data[i] = static_cast<std::uint8_t>(i % 3 * 40 + i / (96 * 3) * 2);
  }
  for (const int tile_side : {32, 0}) {
    const auto slide =
        open({{.image = smooth, .tile_side = tile_side, .compression = COMPRESSION_JPEG}});
    EXPECT_LE(largest_difference(slide->read_level(0, 0, 0, 96, 64), smooth), 6);
  }
}

TEST_F(TiffSlideTest, JpegTilesAreShrunkByTheirDecoder) {
  Image smooth = make_image(100, 70, 3);
  for (std::size_t i = 0; i < smooth.data.size(); ++i) {
    smooth.data[i] = static_cast<std::uint8_t>(i % 3 * 40 + i / (100 * 3) * 2);
  }
  const auto slide = open({{.image = smooth, .tile_side = 32, .compression = COMPRESSION_JPEG}});
  EXPECT_EQ(slide->max_reduction(0), 8);
  const Image half = slide->read_reduced(0, 2, 0, 0, 50, 35);
  const Image full = slide->read_level(0, 0, 0, 100, 70);
  for (const auto& [x, y] : {std::pair{0, 0}, {20, 30}, {49, 34}, {16, 16}}) {
    EXPECT_NEAR(half.data[(y * 50 + x) * 3 + 1], full.data[(2 * y * 100 + 2 * x) * 3 + 1], 4);
  }
  // The corner is given in level-0 pixels; outside is white.
  const Image part = slide->read_reduced(0, 4, 40, 24, 20, 20);
  EXPECT_NEAR(part.data[0], full.data[(24 * 100 + 40) * 3], 6);
  EXPECT_EQ(part.data.back(), 255);
}

TEST_F(TiffSlideTest, OnlyJpegTilesAreShrunk) {
  const auto slide = open({{.image = colour_field(64, 64)}});
  EXPECT_EQ(slide->max_reduction(0), 1);
  EXPECT_THROW(static_cast<void>(slide->read_reduced(0, 2, 0, 0, 8, 8)), Error);
  const auto strips =
      open({{.image = colour_field(64, 64), .tile_side = 0, .compression = COMPRESSION_JPEG}});
  EXPECT_EQ(strips->max_reduction(0), 1);
}

TEST(TiffSlide, GivesThePixelsOfJpeg2000) {
  const auto slide = open_slide(GALEN_SOURCE_DIR "/tests/golden/slide/jpeg_2000.tif");
  EXPECT_EQ(slide->read_level(0, 0, 0, 64, 48).data, colour_field(64, 48).data);
}

TEST_F(TiffSlideTest, ShowsGreyAsRgbAndInvertsWhiteIsZero) {
  Image grey = make_image(20, 20, 1);
  grey.data[5] = 200;
  TiffPage page{.image = grey};
  const Image plain = open({page})->read_level(0, 5, 0, 1, 1);
  EXPECT_THAT(plain.data, ElementsAre(200, 200, 200));
  page.white_is_zero = true;
  const Image inverted = open({page})->read_level(0, 5, 0, 1, 1);
  EXPECT_THAT(inverted.data, ElementsAre(55, 55, 55));
}

TEST_F(TiffSlideTest, ReadsAcrossTilesAndIsWhiteOutside) {
  const Image field = colour_field(100, 70);
  const auto slide = open({{.image = field}});
  EXPECT_EQ(slide->read_level(0, 25, 30, 50, 20).data, crop(field, 25, 30, 50, 20).data);
  const Image corner = slide->read_level(0, -1, -1, 2, 2);
  EXPECT_THAT(corner.data, ElementsAre(255, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0));
  const Image beyond = slide->read_level(0, 99, 69, 2, 1);
  EXPECT_THAT(beyond.data, ElementsAre(168, 41, 89, 255, 255, 255));
  const Image far = slide->read_level(0, std::numeric_limits<std::int64_t>::max(), 0, 1, 1);
  EXPECT_THAT(far.data, ElementsAre(255, 255, 255));
}

TEST_F(TiffSlideTest, FindsThePyramidInSubDirectories) {
  const Image half = colour_field(50, 35);
  const auto slide =
      open({{.image = colour_field(100, 70), .sub_levels = {half, colour_field(25, 17)}}});
  ASSERT_EQ(slide->levels().size(), 3U);
  EXPECT_EQ(slide->levels()[1].width, 50);
  EXPECT_DOUBLE_EQ(slide->levels()[1].downsample, 2);
  EXPECT_EQ(slide->read_level(1, 20, 10, 30, 20).data, crop(half, 10, 5, 30, 20).data);
  EXPECT_THROW(static_cast<void>(slide->read_level(3, 0, 0, 1, 1)), Error);
}

TEST_F(TiffSlideTest, FindsThePyramidInFollowingDirectoriesAndTheLabelBesideIt) {
  const Image label = colour_field(30, 40);
  const auto slide = open({{.image = colour_field(100, 70)},
                           {.image = colour_field(50, 35)},
                           {.image = label, .tile_side = 0, .description = "Label of the slide"}});
  EXPECT_EQ(slide->vendor(), "tiff");
  EXPECT_EQ(slide->levels().size(), 2U);
  EXPECT_THAT(slide->associated_names(), ElementsAre("label"));
  EXPECT_EQ(slide->associated_image("label").data, label.data);
  EXPECT_THROW(static_cast<void>(slide->associated_image("macro")), Error);
}

TEST_F(TiffSlideTest, TakesThePixelSizeFromOmeBeforeTheResolutionTags) {
  const std::string ome =
      "<OME><Image><Pixels SizeC=\"3\" PhysicalSizeX=\"0.25\" "
      "PhysicalSizeY=\"0.26\"/></Image></OME>";
  TiffPage page{.image = colour_field(20, 20), .pixels_per_cm = 39000};
  EXPECT_NEAR(open({page})->mpp()->x, 0.2564, 1e-4);
  page.description = ome;
  const auto slide = open({page});
  EXPECT_EQ(slide->vendor(), "ome-tiff");
  EXPECT_DOUBLE_EQ(slide->mpp()->x, 0.25);
  EXPECT_DOUBLE_EQ(slide->mpp()->y, 0.26);
}

TEST_F(TiffSlideTest, BelievesNoPixelSizeThatTheResolutionTagsContradict) {
  TiffPage page{.image = colour_field(20, 20), .pixels_per_cm = 20000};
  page.description =
      "<OME><Image><Pixels SizeC=\"3\" PhysicalSizeX=\"0.25\" "
      "PhysicalSizeY=\"0.25\"/></Image></OME>";
  EXPECT_FALSE(open({page})->mpp().has_value());
}

TEST_F(TiffSlideTest, ReadsAperioJpegSlides) {
  const std::string words = "Aperio Image Library v11\r\n64x96 (32x32) JPEG/RGB Q=70|AppMag = 20";
  TiffPage base{
      .image = colour_field(64, 96), .compression = COMPRESSION_JPEG, .description = words};
  TiffPage thumbnail{.image = colour_field(32, 48), .tile_side = 0, .description = words};
  TiffPage level{
      .image = colour_field(32, 48), .compression = COMPRESSION_JPEG, .description = words};
  TiffPage label{
      .image = colour_field(20, 20), .tile_side = 0, .description = "Aperio\nlabel 20x20"};
  EXPECT_FALSE(open({base, thumbnail, level, label})->mpp());
  base.description += "|MPP = 0.4990|Left = 25.69";
  const auto slide = open({base, thumbnail, level, label});
  EXPECT_EQ(slide->vendor(), "aperio");
  EXPECT_DOUBLE_EQ(slide->mpp()->y, 0.499);
  EXPECT_EQ(slide->levels().size(), 2U);
  EXPECT_THAT(slide->associated_names(), ElementsAre("label", "thumbnail"));
}

TEST_F(TiffSlideTest, HasNoPixelSizeWhenTheFileStatesNoneOrAScreenResolution) {
  TiffPage page{.image = colour_field(20, 20)};
  EXPECT_FALSE(open({page})->mpp());
  page.pixels_per_cm = 28.35;  // 72 dpi
  EXPECT_FALSE(open({page})->mpp());
}

TEST_F(TiffSlideTest, TakesTheUsersPixelSizeAndRefusesAWrongOne) {
  write_tiff(path_, {{.image = colour_field(20, 20), .pixels_per_cm = 20000}});
  EXPECT_DOUBLE_EQ(open_slide(path_, {Mpp{0.3, 0.31}})->mpp()->y, 0.31);
  const double nan = std::nan("");
  for (const Mpp wrong : {Mpp{0, 0}, Mpp{-1, -1}, Mpp{nan, nan}, Mpp{101, 101}, Mpp{0.25, 0.5}}) {
    try {
      static_cast<void>(open_slide(path_, {wrong}));
      ADD_FAILURE() << wrong.x << " was taken";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
      EXPECT_THAT(error.what(), ::testing::HasSubstr("--mpp"));
    }
  }
}

TEST_F(TiffSlideTest, GivesTheSamePixelsToManyThreads) {
  const Image field = colour_field(200, 200);
  const auto slide = open({{.image = field, .compression = COMPRESSION_LZW}});
  std::array<bool, 4> equal{};
  {
    std::array<std::jthread, 4> threads;
    for (std::size_t i = 0; i < threads.size(); ++i) {
      threads[i] = std::jthread([&, i] {
        equal[i] = true;
        for (int at = 0; at < 150; at += 10) {
          equal[i] = equal[i] &&
                     slide->read_level(0, at, at, 50, 50).data == crop(field, at, at, 50, 50).data;
        }
      });
    }
  }
  EXPECT_THAT(equal, ::testing::Each(true));
}

}  // namespace
}  // namespace galen::slide
