#include "io/dicom/study.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <galen/error.h>

#include "base/file.h"
#include "dicom_file.h"
#include "io/dicom/charset.h"
#include "shared_data.h"

namespace galen::dicom {
namespace {

using testing::HasSubstr;

/// One 1x1 CT slice.
struct TestImage {
  int instance = 1;
  double z = 0;
  std::string study = "1.2.3";
  std::string patient = "P1";
  std::string birth_date = "19700131";
};

class StudyTest : public testing::Test {
 protected:
  StudyTest() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(testing::TempDir()) /
              fmt::format("galen_study_{}_{}", test->name(), ::getpid());
    std::filesystem::create_directories(folder_);
  }
  ~StudyTest() override { std::filesystem::remove_all(folder_); }

  void add(const TestImage& image) {
    DicomFile file;
    file.text(kSopClassUid, "1.2.840.10008.5.1.4.1.1.2");
    file.text(kSopInstanceUid, fmt::format("1.2.{}", ++count_)).text(kModality, "CT");
    file.text(kPatientId, image.patient).text(kPatientBirthDate, image.birth_date);
    file.text(kStudyInstanceUid, image.study).text(kSeriesInstanceUid, image.study + ".1");
    file.text(kInstanceNumber, std::to_string(image.instance));
    file.text(kImagePosition, fmt::format("0\\0\\{}", image.z));
    file.text(kImageOrientation, "1\\0\\0\\0\\1\\0");
    file.word(kSamplesPerPixel, 1).text(kPhotometricInterpretation, "MONOCHROME2");
    file.word(kRows, 1).word(kColumns, 1).text(kPixelSpacing, "1\\1");
    file.word(kBitsAllocated, 16).word(kBitsStored, 16).word(kHighBit, 15);
    file.word(kPixelRepresentation, 0).words(kPixelData, {1});
    const std::vector<std::uint8_t> bytes = file.file();
    write_file(folder_ / fmt::format("{}.dcm", count_),
               {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  [[nodiscard]] std::size_t missing() const {
    return missing_slices(find_series({folder_}).front());
  }

  std::filesystem::path folder_;
  int count_ = 0;
};

TEST_F(StudyTest, missing_slices_leave_gaps_in_place_and_number) {
  for (const int i : {0, 1, 2, 5, 6, 8}) add({.instance = i + 1, .z = 2.0 * i});
  EXPECT_EQ(missing(), 3U);
}

TEST_F(StudyTest, wider_steps_of_a_numbered_series_are_no_gap) {
  int number = 0;
  for (const double z : {0, 3, 6, 9, 12, 18, 24}) add({.instance = ++number, .z = z});
  EXPECT_EQ(missing(), 0U);
}

TEST_F(StudyTest, without_numbers_places_alone_tell) {
  for (const double z : {0, 2, 4, 8}) add({.instance = 0, .z = z});
  EXPECT_EQ(missing(), 1U);
}

TEST_F(StudyTest, slices_of_a_volume_follow_its_third_axis) {
  for (const int i : {2, 0, 1}) add({.instance = 9 - i, .z = 2.0 * i});
  const auto slices = slices_of_volume(find_series({folder_}).front());
  ASSERT_EQ(slices.size(), 3U);
  EXPECT_EQ(slices[0].instance_number, 9);
  EXPECT_EQ(slices[2].instance_number, 7);
}

TEST_F(StudyTest, patients_and_studies_must_agree) {
  add({});
  add({.instance = 2, .z = 1, .patient = ""});
  EXPECT_EQ(open_study({folder_}).subject.patient_id, "P1");
  add({.instance = 3, .z = 2, .birth_date = "19710131"});
  try {
    (void)open_study({folder_});
    FAIL() << "two birth dates";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::malformed);
    EXPECT_THAT(error.what(), testing::Not(HasSubstr("1971")));
  }
}

TEST(IsSamePatient, goes_by_the_name_where_there_is_no_identifier) {
  DicomSubject a;
  DicomSubject b;
  EXPECT_TRUE(is_same_patient(a, b));
  a.patient_name = "Sample^Sally";
  b.patient_name = "SAMPLE^SALLY^";
  EXPECT_TRUE(is_same_patient(a, b));
  b.patient_name = "Sample^Sam";
  EXPECT_FALSE(is_same_patient(a, b));
  a.patient_id = "1";
  EXPECT_FALSE(is_same_patient(a, b));
  b.patient_id = "1";  // a name that was corrected
  EXPECT_TRUE(is_same_patient(a, b));
  b.birth_date = "19700101";
  a.birth_date = "19700102";
  EXPECT_FALSE(is_same_patient(a, b));
}

TEST_F(StudyTest, several_studies_are_told) {
  add({});
  add({.study = "1.2.4"});
  EXPECT_THROW((void)open_study({folder_}), Error);
}

TEST_F(StudyTest, a_folder_without_images_is_told) {
  EXPECT_THROW((void)open_study({folder_}), Error);
}

TEST(Charset, text_comes_out_as_utf8) {
  EXPECT_EQ(to_utf8("Sample^Sally", {}), "Sample^Sally");
  EXPECT_EQ(to_utf8("M\xFCller", {"ISO_IR 100"}), "M\xC3\xBCller");
  EXPECT_EQ(to_utf8("\xBB\xEE\xDA\xD5", {"ISO_IR 144"}),
            "\xD0\x9B\xD1\x8E\xD0\xBA\xD0\xB5");  // Cyrillic
  EXPECT_EQ(to_utf8("M\xC3\xBCller", {"ISO_IR 192"}), "M\xC3\xBCller");
  // The standard's own example of a Japanese name (PS3.5 H.3.1).
  EXPECT_EQ(to_utf8("=\x1B$B;3ED\x1B(B^\x1B$BB@O:\x1B(B", {"", "ISO 2022 IR 87"}),
            "=\xE5\xB1\xB1\xE7\x94\xB0^\xE5\xA4\xAA\xE9\x83\x8E");
}

TEST(Charset, what_no_set_explains_is_marked) {
  EXPECT_EQ(to_utf8("M\xFCller", {}), "M?ller");
  EXPECT_EQ(to_utf8("M\xFCller", {"no such set"}), "M?ller");
  EXPECT_EQ(to_utf8("M\xFCller", {"ISO_IR 192"}), "M?ller");
}

TEST(RealStudies, are_whole) {
  SKIP_WITHOUT(shared_data() / "ct_ge_head_28");
  for (const char* folder : {"ct_ge_head_28", "ct_chest_10", "mr_vs_seg_001_24"}) {
    const Study study = open_study({shared_data() / folder});
    for (const Series& series : study.series) {
      if (series.is_volume) {
        EXPECT_EQ(missing_slices(series), 0U) << folder;
      }
    }
  }
}

}  // namespace
}  // namespace galen::dicom
