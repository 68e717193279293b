#include "io/dicom/dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <galen/error.h>

#include "dicom_file.h"
#include "io/dicom/open.h"

namespace galen::dicom {
namespace {

using testing::ElementsAre;

TEST(Item, splits_texts_at_backslashes_and_drops_padding) {
  DicomFile file;
  file.text(kImageType, "ORIGINAL\\PRIMARY \\AXIAL");
  const Dataset dataset = Dataset::parse(file.file(), "test.dcm");
  EXPECT_THAT(dataset.root().texts(kImageType), ElementsAre("ORIGINAL", "PRIMARY", "AXIAL"));
  EXPECT_EQ(dataset.root().text(kModality), "");
}

TEST(Item, reads_decimal_strings_as_written_by_scanners) {
  DicomFile file;
  file.text(kPixelSpacing, "+1.5e-1\\ 2 ");
  EXPECT_THAT(Dataset::parse(file.file(), "test.dcm").root().numbers(kPixelSpacing),
              ElementsAre(0.15, 2));
}

TEST(Item, text_that_is_no_number_gives_none) {
  DicomFile file;
  file.text(kRows, "").text(kRescaleSlope, "abc");
  const Dataset dataset = Dataset::parse(file.file(), "test.dcm");
  EXPECT_FALSE(dataset.root().number(kRescaleSlope));
  EXPECT_FALSE(dataset.root().integer(kRows));
}

TEST(Item, reads_the_items_of_a_sequence) {
  DicomFile first;
  first.text(kImagePosition, "1\\2\\3");
  DicomFile second;
  second.text(kImagePosition, "4\\5\\6");
  DicomFile file;
  file.sequence(kPlanePositionSequence, {first, second});
  const Dataset dataset = Dataset::parse(file.file(), "test.dcm");
  const auto items = dataset.root().items(kPlanePositionSequence);
  ASSERT_EQ(items.size(), 2U);
  EXPECT_THAT(items[1].numbers(kImagePosition), ElementsAre(4, 5, 6));
}

TEST(Dataset, corrects_a_syntax_that_the_data_set_contradicts) {
  DicomFile file;
  file.text(kSopClassUid, "1.2.3").word(kRows, 5);
  const Dataset dataset =
      Dataset::parse(file.file("1.2.840.10008.1.2"), "test.dcm");  // says implicit
  EXPECT_TRUE(dataset.syntax().encoding.explicit_vr);
  EXPECT_EQ(dataset.root().integer(kRows), 5);
}

TEST(IsDicom, looks_at_the_magic_and_then_at_the_first_element) {
  DicomFile file;
  file.text(kSopClassUid, "1.2.3");
  const auto as_text = [](const std::vector<std::uint8_t>& bytes) {
    return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  };
  EXPECT_TRUE(is_dicom(as_text(file.file())));
  EXPECT_TRUE(is_dicom(as_text(file.data_set())));
  EXPECT_FALSE(is_dicom("\x89PNG\r\n\x1a\n and more"));
  EXPECT_FALSE(is_dicom("{\"resourceType\": \"Bundle\"}"));
  EXPECT_FALSE(is_dicom(""));
}

}  // namespace
}  // namespace galen::dicom
