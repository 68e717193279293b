#include "tasks/slide/pictures.h"

#include <algorithm>
#include <gtest/gtest.h>

#include "../../vision/painted_slide.h"
#include "base/file.h"
#include "io/raster/raster.h"
#include "tasks/slide/dzi.h"
#include "tasks/slide/tissue.h"

namespace galen {
namespace {

namespace fs = std::filesystem;
using vision::kGlass;
using vision::kTissue;
using vision::painted;
using vision::PaintedSlide;

PaintedSlide square_of_tissue() {
  Image picture = painted(1000, 600, kGlass);
  vision::paint(picture, 200, 200, 200, 200, kTissue);
  return {{picture}, Mpp{2, 2}};
}

bool is_outlined(const Image& image, int x, int y) {
  const std::uint8_t* rgb = image.data.data() + (static_cast<std::size_t>(y) * image.width + x) * 3;
  return rgb[0] == 0 && rgb[1] == 160 && rgb[2] == 80;
}

class SlidePictures : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  const fs::path folder_ = fs::path(::testing::TempDir()) / "galen-slide-pictures" /
                           ::testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(SlidePictures, TheOutlineGoesAlongTheTissueInside) {
  const PaintedSlide slide = square_of_tissue();
  const vision::TissueMask mask = vision::find_tissue(slide);
  const Image picture = overlay(slide, 500, &mask);
  EXPECT_EQ(picture.width, 500);
  EXPECT_EQ(picture.height, 300);
  EXPECT_TRUE(is_outlined(picture, 100, 150));
  EXPECT_TRUE(is_outlined(picture, 150, 199));
  EXPECT_FALSE(is_outlined(picture, 150, 150));
  EXPECT_FALSE(is_outlined(picture, 95, 150));
}

TEST_F(SlidePictures, PatchesAreBoxed) {
  const PaintedSlide slide = square_of_tissue();
  const Image picture = overlay(slide, 500, nullptr, {{200, 200, 100, 100}});
  const auto blue = [&](int x, int y) {
    return picture.data[(static_cast<std::size_t>(y) * 500 + x) * 3 + 2] == 200;
  };
  EXPECT_TRUE(blue(100, 120));
  EXPECT_TRUE(blue(150, 100));
  EXPECT_FALSE(blue(120, 120));
}

TEST_F(SlidePictures, ASlideWithoutPixelSizeHasAThumbnail) {
  const PaintedSlide slide({painted(300, 100, kGlass)}, {});
  EXPECT_EQ(overlay(slide, 64, nullptr).width, 64);
  EXPECT_EQ(overlay(slide, 1000, nullptr).width, 300);
}

TEST_F(SlidePictures, DeepZoomHasEveryTileOfEveryLevel) {
  const PaintedSlide slide = square_of_tissue();
  const vision::TissueMask mask = vision::find_tissue(slide);
  const CancelToken cancel;
  const std::size_t tiles = write_dzi(folder_ / "a.dzi", slide, &mask, {}, cancel);
  std::size_t found = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder_ / "a_files")) {
    found += entry.is_regular_file() ? 1 : 0;
  }
  EXPECT_EQ(found, tiles);
  const std::string text = read_file(folder_ / "a.dzi", 10000);
  EXPECT_NE(text.find("Width=\"1000\" Height=\"600\""), std::string::npos);
  EXPECT_NE(text.find("TileSize=\"254\""), std::string::npos);
  const Image one = raster::read_image(folder_ / "a_files" / "0" / "0_0.jpg");
  EXPECT_EQ(one.width, 1);
  const Image first = raster::read_image(folder_ / "a_files" / "10" / "0_0.jpg");
  EXPECT_EQ(first.width, 255);  // one pixel of overlap to the right
  const Image last = raster::read_image(folder_ / "a_files" / "10" / "3_2.jpg");
  EXPECT_EQ(last.width, 1000 - 3 * 254 + 1);
  EXPECT_EQ(last.height, 600 - 2 * 254 + 1);
}

TEST_F(SlidePictures, DeepZoomTilesAreThoseOfTheSlide) {
  const PaintedSlide slide = square_of_tissue();
  const CancelToken cancel;
  static_cast<void>(write_dzi(folder_ / "b.dzi", slide, nullptr, {.quality = 0}, cancel));
  const Image tile = raster::read_image(folder_ / "b_files" / "10" / "1_1.png");
  EXPECT_EQ(tile.data, slide.read_level(0, 253, 253, 256, 256).data);
}

TEST_F(SlidePictures, DeepZoomMayBeCoarserThanTheSlide) {
  const PaintedSlide slide = square_of_tissue();
  const CancelToken cancel;
  static_cast<void>(write_dzi(folder_ / "c.dzi", slide, nullptr, {.mpp = 8}, cancel));
  EXPECT_NE(read_file(folder_ / "c.dzi", 10000).find("Width=\"250\" Height=\"150\""),
            std::string::npos);
}

TEST_F(SlidePictures, DeepZoomAppearsOnlyWhenComplete) {
  const PaintedSlide slide = square_of_tissue();
  CancelToken cancel;
  cancel.cancel();
  EXPECT_THROW(static_cast<void>(write_dzi(folder_ / "d.dzi", slide, nullptr, {}, cancel)), Error);
  EXPECT_FALSE(fs::exists(folder_ / "d.dzi"));
}

TEST_F(SlidePictures, TissueIsFoundAgainInEveryFileItIsWrittenTo) {
  const PaintedSlide slide = square_of_tissue();
  const vision::TissueMask mask = vision::find_tissue(slide);
  for (const char* name : {"t.geojson", "t.geojson.gz", "t.png"}) {
    write_tissue(folder_ / name, "a", slide, mask);
    const auto back = tissue_of(slide, {.options = {}, .mask = folder_ / name});
    EXPECT_EQ(back.pixels.data, mask.pixels.data) << name;
    EXPECT_EQ(back.threshold, 0);
  }
}

}  // namespace
}  // namespace galen
