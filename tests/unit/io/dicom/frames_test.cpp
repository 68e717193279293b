#include "io/dicom/frames.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <galen/error.h>

#include "base/parallel.h"
#include "dicom_file.h"

namespace galen::dicom {
namespace {

using testing::ElementsAre;

FrameReader reader_of(const std::vector<std::uint8_t>& file) {
  return FrameReader(Dataset::parse(file, "test.dcm"));
}

TEST(FrameReader, masks_bits_above_bits_stored_and_extends_the_sign) {
  DicomFile file;
  file.grey(1, 4, 16, 12, true).words(kPixelData, {0x0001, 0x0FFF, 0xF800, 0x57FF});
  EXPECT_THAT(reader_of(file.file()).decode(0).values, ElementsAre(1, -1, -2048, 2047));
}

TEST(FrameReader, reads_each_frame_of_one_bit_data_from_its_own_bit) {
  DicomFile file;
  file.word(kSamplesPerPixel, 1).text(kPhotometricInterpretation, "MONOCHROME2");
  file.text(kNumberOfFrames, "3").word(kRows, 1).word(kColumns, 3);
  file.word(kBitsAllocated, 1).word(kBitsStored, 1).word(kHighBit, 0).word(kPixelRepresentation, 0);
  file.words(kPixelData, {0b1'011'110});
  const FrameReader reader = reader_of(file.file());
  EXPECT_THAT(reader.decode(0).values, ElementsAre(0, 1, 1));
  EXPECT_THAT(reader.decode(1).values, ElementsAre(1, 1, 0));
  EXPECT_THAT(reader.decode(2).values, ElementsAre(1, 0, 0));
}

TEST(FrameReader, keeps_every_unsigned_32_bit_value) {
  DicomFile file;
  file.grey(1, 2, 32, 32).words(kPixelData, {0xFFFF, 0xFFFF, 0x0001, 0x8000});
  EXPECT_THAT(reader_of(file.file()).decode(0).values, ElementsAre(4294967295.0, 2147483649.0));
}

TEST(FrameReader, joins_planes_of_planar_colour) {
  DicomFile file;
  file.word(kSamplesPerPixel, 3)
      .text(kPhotometricInterpretation, "RGB")
      .word(kPlanarConfiguration, 1);
  file.word(kRows, 1)
      .word(kColumns, 2)
      .word(kBitsAllocated, 8)
      .word(kBitsStored, 8)
      .word(kHighBit, 7);
  file.word(kPixelRepresentation, 0).words(kPixelData, {0x0201, 0x0403, 0x0605});
  EXPECT_THAT(reader_of(file.file()).decode(0).colour.data, ElementsAre(1, 3, 5, 2, 4, 6));
}

TEST(FrameReader, widens_subsampled_chroma_and_converts_to_rgb) {
  DicomFile file;
  file.word(kSamplesPerPixel, 3).text(kPhotometricInterpretation, "YBR_FULL_422");
  file.word(kPlanarConfiguration, 0).word(kRows, 1).word(kColumns, 2).word(kBitsAllocated, 8);
  file.word(kBitsStored, 8).word(kHighBit, 7).word(kPixelRepresentation, 0);
  const std::uint8_t pixels[] = {76, 150, 85, 255};  // pure red's chroma
  file.bytes(kPixelData, pixels);
  EXPECT_THAT(reader_of(file.file()).decode(0).colour.data, ElementsAre(254, 0, 0, 255, 74, 74));
}

TEST(FrameReader, decodes_rle_segments_with_the_high_byte_first) {
  std::vector<std::uint8_t> stream(64);
  stream[0] = 2;
  stream[4] = 64;
  stream[8] = 66;
  stream.insert(stream.end(), {0xFF, 0x01, 0x01, 0x02, 0x03, 0x80});  // 01 01 | 02 03
  DicomFile file;
  file.grey(1, 2, 16, 16).encapsulated({stream});
  EXPECT_THAT(reader_of(file.file("1.2.840.10008.1.2.5")).decode(0).values,
              ElementsAre(0x0102, 0x0103));
}

/// An 8-bit RLE stream of a row of four equal values.
std::vector<std::uint8_t> rle_row(std::uint8_t value) {
  std::vector<std::uint8_t> stream(64);
  stream[0] = 1;
  stream[4] = 64;
  stream.insert(stream.end(), {0xFD, value});
  return stream;
}

DicomFile rle_rows(int frames) {
  DicomFile file;
  file.word(kSamplesPerPixel, 1).text(kPhotometricInterpretation, "MONOCHROME2");
  file.text(kNumberOfFrames, std::to_string(frames)).word(kRows, 1).word(kColumns, 4);
  file.word(kBitsAllocated, 8).word(kBitsStored, 8).word(kHighBit, 7);
  return file.word(kPixelRepresentation, 0);
}

constexpr std::string_view kRleUid = "1.2.840.10008.1.2.5";

TEST(FrameReader, joins_the_fragments_that_the_offset_table_gives_a_frame) {
  const auto first = rle_row(5);
  const auto second = rle_row(6);
  DicomFile file = rle_rows(2);
  // The first frame lies in two fragments of 40 and 26 bytes, each with a header of 8.
  file.encapsulated(
      {{first.begin(), first.begin() + 40}, {first.begin() + 40, first.end()}, second},
      {0, 0, 0, 0, 82, 0, 0, 0});
  const FrameReader reader = reader_of(file.file(kRleUid));
  EXPECT_THAT(reader.decode(1).values, ElementsAre(6, 6, 6, 6));
  EXPECT_THAT(reader.decode(0).values, ElementsAre(5, 5, 5, 5));
  EXPECT_EQ(reader.encoded(0), first);
}

TEST(FrameReader, prefers_the_extended_offset_table) {
  const std::uint8_t offsets[16] = {0, 0, 0, 0, 0, 0, 0, 0, 74};
  DicomFile file = rle_rows(2);
  file.bytes(kExtendedOffsetTable, offsets).encapsulated({rle_row(7), rle_row(8)});
  EXPECT_THAT(reader_of(file.file(kRleUid)).decode(1).values, ElementsAre(8, 8, 8, 8));
}

TEST(FrameReader, decodes_from_several_threads_at_once) {
  std::vector<std::vector<std::uint8_t>> streams;
  for (int i = 0; i < 200; ++i) streams.push_back(rle_row(static_cast<std::uint8_t>(i)));
  DicomFile file = rle_rows(200);
  file.encapsulated(streams);
  const FrameReader reader = reader_of(file.file(kRleUid));
  std::vector<double> values(200);
  parallel_for(values.size(), 4, [&](std::size_t i) {
    values[i] = reader.decode(static_cast<int>(i)).values.front();
  });
  for (std::size_t i = 0; i < values.size(); ++i) EXPECT_EQ(values[i], static_cast<double>(i));
}

TEST(FrameReader, refuses_a_frame_that_does_not_exist) {
  DicomFile file;
  file.grey(1, 1, 16, 16).words(kPixelData, {1});
  EXPECT_THROW((void)reader_of(file.file()).decode(1), Error);
}

TEST(Dataset, reads_files_without_preamble_or_meta_group) {
  DicomFile file;
  file.text(kSopClassUid, "1.2.840.10008.5.1.4.1.1.2").grey(1, 1, 16, 16).words(kPixelData, {7});
  EXPECT_THAT(reader_of(file.data_set()).decode(0).values, ElementsAre(7));
}

}  // namespace
}  // namespace galen::dicom
