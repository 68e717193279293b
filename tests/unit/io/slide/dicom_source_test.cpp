#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <galen/error.h>
#include <galen/slide.h>

#include "dicom_fixture.h"
#include "tiff_fixture.h"

namespace galen::slide {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

class DicomSlideTest : public ::testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void add(const std::string& name, const DicomInstance& instance) {
    write_dicom(folder_ / name, instance);
  }

  const std::filesystem::path folder_ =
      std::filesystem::path(::testing::TempDir()) /
      (std::string("slide_") + ::testing::UnitTest::GetInstance()->current_test_info()->name());
  const Image field_ = colour_field(10, 8);
};

TEST_F(DicomSlideTest, ShowsTheFramesOfTiledFullInTheirPlaces) {
  add("a.dcm", {.matrix = field_});
  const auto slide = open_slide(folder_ / "a.dcm");
  EXPECT_EQ(slide->vendor(), "dicom");
  ASSERT_EQ(slide->levels().size(), 1U);
  EXPECT_EQ(slide->levels()[0].width, 10);
  EXPECT_EQ(slide->read_level(0, 0, 0, 10, 8).data, field_.data);
  EXPECT_EQ(slide->read_level(0, 3, 2, 5, 4).data, crop(field_, 3, 2, 5, 4).data);
}

TEST_F(DicomSlideTest, TakesRowSpacingAsYAndColumnSpacingAsX) {
  add("a.dcm", {.matrix = field_, .spacing = "0.0003\\0.00025"});
  const auto mpp = open_slide(folder_)->mpp();
  EXPECT_DOUBLE_EQ(mpp->x, 0.25);
  EXPECT_DOUBLE_EQ(mpp->y, 0.3);
}

TEST_F(DicomSlideTest, HasNoPixelSizeWhenTheFileStatesAnImpossibleOne) {
  add("a.dcm", {.matrix = field_, .spacing = "0\\0"});
  EXPECT_FALSE(open_slide(folder_)->mpp());
}

TEST_F(DicomSlideTest, PutsTiledSparseFramesWhereTheySayAndLeavesTheRestWhite) {
  add("a.dcm", {.matrix = field_, .organization = "TILED_SPARSE", .cells = {8, 0}});
  const auto slide = open_slide(folder_);
  EXPECT_EQ(slide->read_level(0, 0, 0, 4, 3).data, crop(field_, 0, 0, 4, 3).data);
  EXPECT_EQ(slide->read_level(0, 8, 6, 2, 2).data, crop(field_, 8, 6, 2, 2).data);
  EXPECT_THAT(slide->read_level(0, 4, 0, 6, 3).data, Each(255));
}

TEST_F(DicomSlideTest, TakesTheFilesOfASeriesAsLevelsAndAssociatedImages) {
  const Image half = colour_field(5, 4);
  const Image label = colour_field(6, 5);
  add("1.dcm", {.matrix = half});
  add("2.dcm", {.matrix = field_});
  add("3.dcm", {.matrix = label, .tile_width = 6, .tile_height = 5, .flavour = "LABEL"});
  add("4.dcm", {.matrix = label, .tile_width = 6, .tile_height = 5, .flavour = "OVERVIEW"});
  add("5.dcm", {.matrix = colour_field(20, 20), .series = "9.9.9"});
  const auto slide = open_slide(folder_ / "1.dcm");
  ASSERT_EQ(slide->levels().size(), 2U);
  EXPECT_DOUBLE_EQ(slide->levels()[1].downsample, 2);
  EXPECT_EQ(slide->read_level(1, 0, 0, 5, 4).data, half.data);
  EXPECT_THAT(slide->associated_names(), ElementsAre("label", "macro"));
  EXPECT_EQ(slide->associated_image("label").data, label.data);
}

TEST_F(DicomSlideTest, OfAFolderWithSeveralSeriesAsksForOne) {
  add("1.dcm", {.matrix = field_});
  add("2.dcm", {.matrix = field_, .series = "9.9.9"});
  try {
    static_cast<void>(open_slide(folder_));
    FAIL() << "one was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
    EXPECT_THAT(error.what(), ::testing::HasSubstr("2 slide series"));
  }
}

TEST_F(DicomSlideTest, JoinsThePartsOfAConcatenation) {
  add("a.dcm", {.matrix = field_,
                .cells = {4, 5, 6, 7, 8},
                .concatenation = "7.7",
                .concatenation_offset = 4});
  add("b.dcm", {.matrix = field_, .cells = {0, 1, 2, 3}, .concatenation = "7.7"});
  EXPECT_EQ(open_slide(folder_)->read_level(0, 0, 0, 10, 8).data, field_.data);
}

TEST_F(DicomSlideTest, ShowsTheFirstFocalPlane) {
  add("a.dcm", {.matrix = field_, .planes = 3});
  EXPECT_EQ(open_slide(folder_)->read_level(0, 0, 0, 10, 8).data, field_.data);
}

TEST_F(DicomSlideTest, ShowsGreyAsRgb) {
  Image grey = make_image(4, 3, 1);
  grey.data[1] = 90;
  add("a.dcm", {.matrix = grey, .photometric = "MONOCHROME2"});
  EXPECT_THAT(open_slide(folder_)->read_level(0, 1, 0, 1, 1).data, Each(90));
  add("a.dcm", {.matrix = grey, .photometric = "MONOCHROME1"});
  EXPECT_THAT(open_slide(folder_)->read_level(0, 1, 0, 1, 1).data, Each(165));
}

TEST_F(DicomSlideTest, SaysWhenOnlyTheLabelIsThere) {
  add("a.dcm", {.matrix = field_, .flavour = "LABEL"});
  EXPECT_THROW(static_cast<void>(open_slide(folder_)), Error);
}

TEST_F(DicomSlideTest, KnowsThatAnEmptyFolderIsNoSlide) {
  try {
    static_cast<void>(open_slide(folder_));
    FAIL() << "an empty folder was opened";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::unsupported);
  }
}

}  // namespace
}  // namespace galen::slide
