#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <set>

#include <galen/error.h>

#include "base/file.h"
#include "io/raster/raster.h"
#include "train/data/loader.h"
#include "train/data/open_source.h"
#include "train/views/recipes.h"

namespace galen::train {
namespace {

namespace fs = std::filesystem;

/// A slide of 2220 x 2967 pixels at 0.499 um.
fs::path small_region() {
  const char* const named = std::getenv("GALEN_SHARED_DATA");
  return fs::path(named != nullptr ? named : GALEN_SOURCE_DIR "/../shared/data") / "wsi" /
         "CMU-1-Small-Region.svs";
}

class SlideSourceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(small_region())) GTEST_SKIP() << "needs " << small_region();
  }
};

double mean_saturation(const Image& image) {
  double sum = 0;
  for (std::size_t i = 0; i < image.data.size(); i += 3) {
    const auto [low, high] = std::minmax({image.data[i], image.data[i + 1], image.data[i + 2]});
    sum += high == 0 ? 0 : static_cast<double>(high - low) / high;
  }
  return sum / (static_cast<double>(image.data.size()) / 3);
}

TEST_F(SlideSourceTest, DrawsTissueFromAllOverTheSlide) {
  SourceOptions options;
  options.slides.patch = 128;
  options.slides.mpps = {0.5, 1};
  const auto source = open_source(small_region(), options);
  // The slide is 1108 x 1481 um and the cells are 128 * sqrt(0.5) um wide, so at most 13 x 17.
  EXPECT_GT(source->size(), 60U);
  EXPECT_LE(source->size(), 13U * 17U);
  EXPECT_EQ(source->name(0), "CMU-1-Small-Region.svs");
  EXPECT_EQ(source->label(0), -1);
  EXPECT_FALSE(source->is_fixed(0));
  std::set<std::vector<std::uint8_t>> seen;
  for (std::size_t i = 0; i < source->size(); i += 7) {
    Random random(i);
    const Image patch = source->read(i, random, 0);
    ASSERT_EQ(patch.width, 128);
    ASSERT_EQ(patch.height, 128);
    EXPECT_GT(mean_saturation(patch), 0.05);
    seen.insert(patch.data);
  }
  EXPECT_EQ(seen.size(), (source->size() + 6) / 7);
}

TEST_F(SlideSourceTest, RepeatsAPatchByItsKeyAndDrawsOthersByOthers) {
  SourceOptions options;
  options.slides.patch = 64;
  options.slides.mpp_range = {{0.5, 2}};
  const auto source = open_source(small_region(), options);
  Random one(1);
  Random same(1);
  Random other(2);
  const Image first = source->read(3, one, 0);
  EXPECT_EQ(source->read(3, same, 0).data, first.data);
  EXPECT_NE(source->read(3, other, 0).data, first.data);
}

TEST_F(SlideSourceTest, FeedsALoaderTheSameWithAnyWorkers) {
  SourceOptions options;
  options.slides.patch = 64;
  options.slides.mpps = {0.5, 1, 2};
  const auto source = open_source(small_region(), options);
  LoaderOptions loading;
  loading.batch = 4;
  Loader one(*source, mae_recipe(32), loading);
  loading.workers = 3;
  Loader three(*source, mae_recipe(32), loading);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(one.next().views, three.next().views);
}

TEST_F(SlideSourceTest, MixesSlidesOfAFolderWithPictures) {
  const fs::path folder = fs::path(::testing::TempDir()) / "galen_mixed_slides";
  fs::remove_all(folder);
  fs::create_directories(folder / "tumour");
  fs::create_directories(folder / "normal");
  fs::copy_file(small_region(), folder / "tumour" / "a.svs");
  raster::write_png(folder / "normal" / "b.png", make_image(50, 50, 3));
  // A slide that ends in its middle.
  write_file(folder / "normal" / "cut.svs",
             read_file(small_region(), std::size_t{1} << 30).substr(0, 200000));
  SourceOptions options;
  options.slides.patch = 128;
  const auto source = open_source(folder, options);
  EXPECT_THAT(source->label_names(), ::testing::ElementsAre("normal", "tumour"));
  EXPECT_EQ(source->name(0), "normal/b.png");
  EXPECT_TRUE(source->is_fixed(0));
  EXPECT_EQ(source->label(0), 0);
  EXPECT_EQ(source->name(1), "normal/cut.svs");
  Random random(0);
  EXPECT_THROW(static_cast<void>(source->read(1, random, 0)), Error);
  EXPECT_EQ(source->name(2), "tumour/a.svs");
  EXPECT_EQ(source->label(2), 1);
  EXPECT_FALSE(source->is_fixed(2));
  fs::remove_all(folder);
}

TEST_F(SlideSourceTest, RefusesMagnificationsThatTheSlideDoesNotHave) {
  SourceOptions options;
  options.slides.mpps = {0.25};
  EXPECT_THROW(static_cast<void>(open_source(small_region(), options)), Error);
  options.slides.mpps = {};
  EXPECT_THROW(static_cast<void>(open_source(small_region(), options)), Error);
}

TEST_F(SlideSourceTest, TakesTheFilesOfADicomSlideAsOne) {
  const fs::path folder = fs::path(::testing::TempDir()) / "galen_dicom_slide";
  fs::remove_all(folder);
  fs::create_directories(folder);
  const fs::path file = small_region().parent_path() / "cptac-brca_15BR001_level.dcm";
  fs::copy_file(file, folder / "1.dcm");
  fs::copy_file(file, folder / "2.dcm");
  SourceOptions options;
  options.slides.patch = 16;
  options.slides.mpps = {16};
  const auto source = open_source(folder, options);
  ASSERT_GT(source->size(), 10U);
  for (std::size_t i = 0; i < source->size(); ++i) EXPECT_EQ(source->name(i), "1.dcm");
  fs::remove_all(folder);
}

class DicomSourceTest : public ::testing::Test {
 protected:
  fs::path folder_ = small_region().parent_path().parent_path() / "ct_ge_head_28";
  void SetUp() override {
    if (!fs::exists(folder_)) GTEST_SKIP() << "needs " << folder_;
  }
};

TEST_F(DicomSourceTest, ShowsComputedTomographyThroughItsWindows) {
  SourceOptions options;
  const auto source = open_source(folder_, options);
  EXPECT_EQ(source->size(), 28U);
  Random random(0);
  const Image three = source->read(10, random, 0);
  EXPECT_EQ(three.width, 512);
  EXPECT_EQ(three.channels, 3);
  options.ct_windows = {{0, 80}, {0, 80}, {0, 80}};
  const Image brain = open_source(folder_, options)->read(10, random, 0);
  EXPECT_EQ(brain.data[300 * 1536 + 768], brain.data[300 * 1536 + 769]);
  EXPECT_NE(three.data, brain.data);
}

}  // namespace
}  // namespace galen::train
