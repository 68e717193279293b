#include "io/dicom/series.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <numeric>
#include <unistd.h>

#include <galen/error.h>

#include "base/file.h"
#include "dicom_file.h"
#include "shared_data.h"

namespace galen::dicom {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// One 2x1 CT slice with values `value` and `value + 1`, at (x, y, z).
struct TestSlice {
  std::string position = "0\\0\\0";
  int instance = 1;
  std::string uid = {};  // empty: made from the instance number
  std::string orientation = "1\\0\\0\\0\\1\\0";
  std::string type = "ORIGINAL\\PRIMARY\\AXIAL";
  int acquisition = 1;
  int value = 0;

  [[nodiscard]] DicomFile data() const {
    DicomFile file;
    file.text(kImageType, type).text(kSopClassUid, "1.2.840.10008.5.1.4.1.1.2");
    file.text(kSopInstanceUid, uid.empty() ? fmt::format("1.2.3.{}", instance) : uid)
        .text(kModality, "CT");
    file.text(kSeriesInstanceUid, "1.2.3").text(kAcquisitionNumber, std::to_string(acquisition));
    file.text(kInstanceNumber, std::to_string(instance));
    file.text(kImagePosition, position).text(kImageOrientation, orientation);
    file.word(kSamplesPerPixel, 1).text(kPhotometricInterpretation, "MONOCHROME2");
    file.word(kRows, 1).word(kColumns, 2).text(kPixelSpacing, "0.5\\0.25");
    file.word(kBitsAllocated, 16)
        .word(kBitsStored, 16)
        .word(kHighBit, 15)
        .word(kPixelRepresentation, 0);
    file.text(kRescaleIntercept, "-1024").text(kRescaleSlope, "2");
    file.words(kPixelData,
               {static_cast<std::uint16_t>(value), static_cast<std::uint16_t>(value + 1)});
    return file;
  }
};

class SeriesTest : public testing::Test {
 protected:
  SeriesTest() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(testing::TempDir()) /
              fmt::format("galen_{}_{}", test->name(), ::getpid());
    std::filesystem::create_directories(folder_ / "deep");
  }
  ~SeriesTest() override { std::filesystem::remove_all(folder_); }

  void add(const TestSlice& slice) {
    const std::vector<std::uint8_t> bytes = slice.data().file();
    // File names run against the slice order, and half the files lie one level down.
    const auto name = fmt::format("{:03}.dcm", 999 - ++count_);
    write_file(folder_ / (count_ % 2 == 0 ? "deep" : ".") / name,
               {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  [[nodiscard]] std::vector<Series> find() const { return find_series({folder_}); }

  std::filesystem::path folder_;
  int count_ = 0;
};

TEST_F(SeriesTest, is_sorted_along_the_slice_normal_whatever_the_numbers_say) {
  // Sagittal: the normal is +x, so that z, names and instance numbers all mislead.
  const std::string sagittal = "0\\1\\0\\0\\0\\-1";
  add({.position = "10\\5\\0", .instance = 1, .orientation = sagittal, .value = 10});
  add({.position = "-10\\5\\0", .instance = 2, .orientation = sagittal, .value = 30});
  add({.position = "0\\5\\0", .instance = 3, .orientation = sagittal, .value = 20});
  const auto found = find();
  ASSERT_EQ(found.size(), 1U);
  const Volume volume = read_volume(found.front());
  EXPECT_THAT(volume.shape, ElementsAre(2, 1, 3, 1));
  // row x column = (0,1,0) x (0,0,-1) = (-1,0,0)
  EXPECT_THAT(voxels(volume), ElementsAre(-1004, -1002, -984, -982, -964, -962));
  EXPECT_EQ(volume.unit, VoxelUnit::hounsfield);
}

TEST_F(SeriesTest, affine_maps_indices_to_patient_millimetres) {
  for (int i = 0; i < 3; ++i)
    add({.position = fmt::format("-7\\8\\{}", 5 * i - 20), .instance = i + 1});
  const Volume volume = read_volume(find().front());
  EXPECT_THAT(volume.affine[0], ElementsAre(0.25, 0, 0, -7));
  EXPECT_THAT(volume.affine[1], ElementsAre(0, 0.5, 0, 8));
  EXPECT_THAT(volume.affine[2], ElementsAre(0, 0, 5, -20));
  EXPECT_THAT(volume.affine[3], ElementsAre(0, 0, 0, 1));
  EXPECT_THAT(volume.spacing, ElementsAre(0.25, 0.5, 5));
  EXPECT_THAT(volume.notes, IsEmpty());
}

TEST_F(SeriesTest, leaves_out_duplicates_by_instance_and_by_place) {
  for (int i = 0; i < 3; ++i) add({.position = fmt::format("0\\0\\{}", i), .instance = i + 1});
  add({.position = "0\\0\\2", .instance = 3});                   // the same file again
  add({.position = "0\\0\\1", .instance = 2, .uid = "1.2.99"});  // sent again under a new UID
  const auto found = find();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().slices.size(), 3U);
  EXPECT_THAT(found.front().notes, ElementsAre("duplicate images: 2 left out"));
}

TEST_F(SeriesTest, leaves_out_localisers_and_strays_of_another_orientation) {
  for (int i = 0; i < 3; ++i) add({.position = fmt::format("0\\0\\{}", i), .instance = i + 1});
  add({.position = "0\\0\\9", .instance = 8, .type = "ORIGINAL\\PRIMARY\\LOCALIZER"});
  add({.position = "0\\0\\9", .instance = 9, .orientation = "0\\1\\0\\0\\0\\-1"});
  const auto found = find();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().slices.size(), 3U);
  EXPECT_THAT(
      found.front().notes,
      ElementsAre("localisers: 1 left out", "images of another orientation or size: 1 left out"));
}

TEST_F(SeriesTest, prefers_original_to_derived_images) {
  for (int i = 0; i < 2; ++i) add({.position = fmt::format("0\\0\\{}", i), .instance = i + 1});
  for (int i = 0; i < 4; ++i) {
    add({.position = fmt::format("0\\0\\{}", i), .instance = i + 10, .type = "DERIVED\\PRIMARY"});
  }
  EXPECT_EQ(find().front().slices.size(), 2U);
}

TEST_F(SeriesTest, keeps_the_larger_of_two_acquisitions_of_the_same_places) {
  for (int i = 0; i < 2; ++i) add({.position = fmt::format("0\\0\\{}", i), .instance = i + 1});
  for (int i = 0; i < 3; ++i) {
    add({.position = fmt::format("0\\0\\{}", i), .instance = i + 5, .acquisition = 2});
  }
  const auto found = find();
  EXPECT_EQ(found.front().slices.size(), 3U);
  EXPECT_THAT(found.front().notes, Contains("images of another acquisition: 2 left out"));
}

TEST_F(SeriesTest, joins_acquisitions_that_follow_one_another) {
  for (int i = 0; i < 4; ++i) {
    add({.position = fmt::format("0\\0\\{}", i), .instance = i + 1, .acquisition = i + 1});
  }
  EXPECT_EQ(read_volume(find().front()).shape[2], 4);
}

TEST_F(SeriesTest, makes_a_time_axis_of_places_that_repeat) {
  for (int i = 0; i < 6; ++i) {
    add({.position = fmt::format("0\\0\\{}", i % 3), .instance = i + 1, .value = 10 * i});
  }
  const Volume volume = read_volume(find().front());
  EXPECT_THAT(volume.shape, ElementsAre(2, 1, 3, 2));
  EXPECT_EQ(volume.slice(1, 1)[0], 2 * 40 - 1024);
}

TEST_F(SeriesTest, decodes_a_slice_when_it_is_asked_for) {
  for (int i = 0; i < 3; ++i)
    add({.position = fmt::format("0\\0\\{}", i), .instance = i + 1, .value = 10 * i});
  const auto series = find().front();
  const Volume volume = read_volume(series);
  write_file(series.slices[1].path, "no DICOM any more");
  EXPECT_EQ(volume.slice(0)[0], -1024);
  EXPECT_EQ(volume.slice(2)[0], 2 * 20 - 1024);
  EXPECT_THROW((void)volume.slice(1), Error);
}

TEST_F(SeriesTest, repeats_of_a_single_place_are_no_volume) {
  add({.instance = 1});
  add({.instance = 2});
  const auto found = find();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_FALSE(found.front().is_volume);
}

TEST_F(SeriesTest, tells_of_gaps_and_of_mixed_spacing) {
  for (const int z : {0, 5, 10, 20, 25, 30})
    add({.position = fmt::format("0\\0\\{}", z), .instance = z});
  EXPECT_THAT(read_volume(find().front()).notes,
              ElementsAre("gap of 10.00 mm after slice 3, where 5.00 mm is usual"));
  add({.position = "0\\0\\37", .instance = 37});
  EXPECT_THAT(read_volume(find().front()).notes,
              Contains("spacing between slices varies from 5.00 to 10.00 mm"));
}

TEST_F(SeriesTest, tells_the_tilt_of_the_gantry_and_keeps_it_in_the_affine) {
  for (int i = 0; i < 3; ++i) {
    add({.position = fmt::format("0\\0\\{}", 4 * i),
         .instance = i,
         .orientation = "1\\0\\0\\0\\0.8\\-0.6"});
  }
  const Volume volume = read_volume(find().front());
  EXPECT_THAT(volume.notes, ElementsAre("gantry tilt of 36.9 degrees"));
  EXPECT_EQ(volume.affine[2][2], 4);
  EXPECT_EQ(volume.affine[1][2], 0);
}

TEST_F(SeriesTest, passes_over_what_is_not_dicom) {
  add({});
  write_file(folder_ / "notes.txt", "no DICOM here, though long enough to be looked at");
  write_file(folder_ / "broken.dcm", std::string(128, '\0') + "DICM\x08");
  ASSERT_EQ(find().size(), 1U);
  EXPECT_FALSE(find().front().is_volume);
}

TEST_F(SeriesTest, a_missing_folder_is_not_found) {
  try {
    (void)find_series({folder_ / "nowhere"});
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::not_found);
  }
}

double mean_of(const Volume& volume) {
  const std::vector<float> values = voxels(volume);
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

TEST(RealSeries, head_ct_is_one_tilted_volume_of_mixed_spacing) {
  const auto folder = shared_data() / "ct_ge_head_28";
  SKIP_WITHOUT(folder);
  const auto found = find_series({folder});
  ASSERT_EQ(found.size(), 1U);
  const Volume volume = read_volume(found.front());
  EXPECT_THAT(volume.shape, ElementsAre(512, 512, 28, 1));
  EXPECT_THAT(volume.notes, Contains("gantry tilt of 18.5 degrees"));
  EXPECT_THAT(volume.notes, Contains("spacing between slices varies from 1.08 to 7.00 mm"));
  EXPECT_NEAR(volume.affine[2][3], 5.8360586, 1e-9);
  EXPECT_NEAR(volume.affine[2][3] + 27 * volume.affine[2][2], 157.7760586, 1e-6);
  EXPECT_NEAR(mean_of(volume), -661.7291207994733, 1e-6);  // as pydicom and numpy
  EXPECT_EQ(volume.slice(3)[200 * 512 + 300], 22);
}

TEST(RealSeries, t1_mr_is_one_even_volume) {
  const auto folder = shared_data() / "mr_vs_seg_001_24";
  SKIP_WITHOUT(folder);
  const auto found = find_series({folder});
  ASSERT_EQ(found.size(), 1U);
  const Volume volume = read_volume(found.front());
  EXPECT_THAT(volume.shape, ElementsAre(512, 512, 24, 1));
  EXPECT_THAT(volume.notes, IsEmpty());
  EXPECT_NEAR(volume.spacing[2], 1.5, 1e-6);
  EXPECT_NEAR(mean_of(volume), 274.72884194056195, 1e-6);
  EXPECT_EQ(volume.slice(23)[100 * 512 + 250], 332);
}

TEST(RealSeries, chest_ct_leaves_out_the_image_at_a_place_twice) {
  const auto folder = shared_data() / "ct_chest_10";
  SKIP_WITHOUT(folder);
  const auto found = find_series({folder});
  ASSERT_EQ(found.size(), 1U);
  const Volume volume = read_volume(found.front());
  EXPECT_THAT(volume.shape, ElementsAre(512, 512, 9, 1));
  EXPECT_THAT(volume.notes, ElementsAre("images at places that repeat unequally: 1 left out"));
  EXPECT_NEAR(volume.spacing[2], 1, 1e-9);
}

}  // namespace
}  // namespace galen::dicom
