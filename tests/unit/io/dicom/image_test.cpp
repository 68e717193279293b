#include "io/dicom/image.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <galen/error.h>

#include "base/file.h"
#include "dicom_file.h"
#include "io/dicom/series.h"

namespace galen::dicom {
namespace {

using testing::ElementsAre;

DicomImage image_of(const DicomFile& file) {
  return read_dicom_image(Dataset::parse(file.file(), "test.dcm"));
}

DicomFile grey_row(const std::vector<std::uint16_t>& values,
                   const std::string& photometric = "MONOCHROME2") {
  DicomFile file;
  file.grey(1, static_cast<int>(values.size()), 16, 16, false, photometric);
  return file;
}

TEST(DicomImage, applies_rescale_and_reads_the_window_without_applying_it) {
  DicomFile file = grey_row({0, 1024});
  file.text(kWindowCenter, "40\\600").text(kWindowWidth, "80\\1500");
  file.text(kRescaleIntercept, "-1024").text(kRescaleSlope, "1").words(kPixelData, {0, 1024});
  const DicomImage image = image_of(file);
  EXPECT_THAT(image.frames.front().grey, ElementsAre(-1024, 0));
  EXPECT_TRUE(image.has_rescale);
  ASSERT_TRUE(image.window);
  EXPECT_EQ(image.window->low, 0);
  EXPECT_EQ(image.window->high, 80);
}

TEST(DicomImage, marks_monochrome1_and_leaves_its_values) {
  DicomFile file = grey_row({7}, "MONOCHROME1");
  file.words(kPixelData, {7});
  const DicomImage image = image_of(file);
  EXPECT_TRUE(image.is_inverted);
  EXPECT_FALSE(image.has_rescale);
  EXPECT_THAT(image.frames.front().grey, ElementsAre(7));
}

TEST(DicomImage, modality_table_clamps_values_outside_it) {
  DicomFile item;
  item.words(kLutDescriptor, {3, 10, 16}).words(kLutData, {100, 200, 300});
  DicomFile file = grey_row({9, 10, 11, 12, 13});
  file.sequence(kModalityLutSequence, {item}).words(kPixelData, {9, 10, 11, 12, 13});
  EXPECT_THAT(image_of(file).frames.front().grey, ElementsAre(100, 100, 200, 300, 300));
}

/// An 8-bit palette image with indices 0, 1, 2 and the given tables.
DicomFile palette_image(const Attribute* data, const std::vector<std::uint16_t>& table, int bits) {
  DicomFile file;
  file.grey(1, 4, 8, 8, false, "PALETTE COLOR");
  for (const Attribute& descriptor : kPaletteDescriptors) {
    file.words(descriptor, {3, 0, static_cast<std::uint16_t>(bits)});
  }
  for (int c = 0; c < 3; ++c) file.words(data[c], table);
  return file.words(kPixelData, {0x0100, 0x0302});
}

TEST(DicomImage, palettes_of_16_bits_give_16_bit_colour) {
  const DicomImage image = image_of(palette_image(kPaletteData, {1000, 2000, 60000}, 16));
  const Image& colour = image.frames.front().colour;
  EXPECT_EQ(colour.bits, 16);
  EXPECT_THAT(colour.samples16(), ElementsAre(1000, 1000, 1000, 2000, 2000, 2000, 60000, 60000,
                                              60000, 60000, 60000, 60000));
}

TEST(DicomImage, palettes_of_8_bits_may_be_packed_two_to_a_word) {
  const DicomImage image = image_of(palette_image(kPaletteData, {0x1E0A, 0x0032}, 8));
  EXPECT_THAT(image.frames.front().colour.data,
              ElementsAre(10, 10, 10, 30, 30, 30, 50, 50, 50, 50, 50, 50));
}

TEST(DicomImage, segmented_palettes_are_expanded) {
  // One discrete entry of 100, then a line of two entries up to 300.
  const DicomImage image =
      image_of(palette_image(kSegmentedPaletteData, {0, 1, 100, 1, 2, 300}, 16));
  const auto samples = image.frames.front().colour.samples16();
  EXPECT_EQ(samples[0], 100);
  EXPECT_EQ(samples[3], 200);
  EXPECT_EQ(samples[6], 300);
}

TEST(DicomImage, modality_is_taken_from_the_sop_class_when_missing) {
  DicomFile file;
  file.text(kSopClassUid, "1.2.840.10008.5.1.4.1.1.1.1").grey(1, 1, 16, 16).words(kPixelData, {1});
  EXPECT_EQ(image_of(file).modality, "DX");
}

TEST(DicomImage, spacing_falls_back_to_the_detector) {
  DicomFile file;
  file.text(kImagerPixelSpacing, "0.14\\0.15").grey(1, 1, 16, 16).words(kPixelData, {1});
  EXPECT_THAT(image_of(file).spacing, ElementsAre(0.14, 0.15));
}

TEST(DicomImage, a_dose_is_scaled_by_its_grid) {
  DicomFile file;
  file.text(kModality, "RTDOSE")
      .grey(1, 2, 16, 16)
      .text(kDoseGridScaling, "0.5")
      .words(kPixelData, {3, 4});
  EXPECT_THAT(image_of(file).frames.front().grey, ElementsAre(1.5F, 2));
}

/// Two frames whose place and rescale stand in functional groups.
DicomFile enhanced_ct() {
  const auto frame = [](const std::string& position, const std::string& slope) {
    DicomFile place;
    place.text(kImagePosition, position);
    DicomFile rescale;
    rescale.text(kRescaleIntercept, "-10").text(kRescaleSlope, slope);
    DicomFile groups;
    groups.sequence(kPlanePositionSequence, {place});
    return groups.sequence(kPixelValueTransformationSequence, {rescale});
  };
  DicomFile orientation;
  orientation.text(kImageOrientation, "1\\0\\0\\0\\1\\0");
  DicomFile measures;
  measures.text(kSliceThickness, "3").text(kPixelSpacing, "2\\2");
  DicomFile shared;
  shared.sequence(kPlaneOrientationSequence, {orientation})
      .sequence(kPixelMeasuresSequence, {measures});
  DicomFile file;
  file.text(kSopClassUid, "1.2.840.10008.5.1.4.1.1.2.1")
      .text(kModality, "CT")
      .text(kSeriesInstanceUid, "1.2");
  file.word(kSamplesPerPixel, 1)
      .text(kPhotometricInterpretation, "MONOCHROME2")
      .text(kNumberOfFrames, "2");
  file.word(kRows, 1)
      .word(kColumns, 1)
      .word(kBitsAllocated, 16)
      .word(kBitsStored, 16)
      .word(kHighBit, 15);
  file.word(kPixelRepresentation, 0).sequence(kSharedFunctionalGroupsSequence, {shared});
  file.sequence(kPerFrameFunctionalGroupsSequence, {frame("0\\0\\9", "1"), frame("0\\0\\6", "2")});
  return file.words(kPixelData, {100, 200});
}

TEST(DicomImage, enhanced_objects_are_rescaled_frame_by_frame) {
  const DicomImage image = image_of(enhanced_ct());
  EXPECT_THAT(image.frames[0].grey, ElementsAre(90));
  EXPECT_THAT(image.frames[1].grey, ElementsAre(390));
  EXPECT_THAT(image.spacing, ElementsAre(2, 2));
}

TEST(Series, an_enhanced_file_is_a_volume_by_itself) {
  const auto path =
      std::filesystem::path(testing::TempDir()) / fmt::format("galen_enhanced_{}.dcm", ::getpid());
  const std::vector<std::uint8_t> bytes = enhanced_ct().file();
  write_file(path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  const auto found = find_series({path});
  std::filesystem::remove(path);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(found.front().is_volume);
  EXPECT_EQ(found.front().slices.front().frame, 1);  // the lower one
}

}  // namespace
}  // namespace galen::dicom
