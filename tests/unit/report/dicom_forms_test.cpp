// DICOM objects, read back by Galen's own parser and checked by dsrdump, dciodvfy and highdicom.
#include <array>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>
#include <unistd.h>

#include <galen/error.h>

#include "base/file.h"
#include "io/dicom/dataset.h"
#include "io/dicom/frames.h"
#include "io/dicom/image.h"
#include "other_program.h"
#include "report/identity.h"
#include "report_fixture.h"

namespace galen::report {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::array kForms{DicomForm::structured, DicomForm::text, DicomForm::segmentation,
                            DicomForm::secondary_capture, DicomForm::pdf};

dicom::Dataset parsed(const std::string& bytes) {
  return dicom::Dataset::parse({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()},
                               "object");
}

class DicomForms : public testing::Test {
 protected:
  DicomForms() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(testing::TempDir()) /
              ("galen_" + std::string(test->name()) + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
  }
  ~DicomForms() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path file(const Report& report, DicomForm form) {
    const auto path = folder_ / (report.kind + std::to_string(static_cast<int>(form)) + ".dcm");
    write_file(path, report_dicom(report, form));
    return path;
  }

  std::filesystem::path folder_;
};

TEST_F(DicomForms, AreOfTheStudyAndHaveUidsThatStay) {
  const Report report = radiograph_report();
  for (const DicomForm form : kForms) {
    const std::string bytes = report_dicom(report, form);
    EXPECT_EQ(bytes, report_dicom(report, form));
    const dicom::Dataset dataset = parsed(bytes);
    const dicom::Item& root = dataset.root();
    EXPECT_EQ(root.text(dicom::kPatientName), kName);
    EXPECT_EQ(root.text(dicom::kPatientId), kPatientId);
    EXPECT_EQ(root.text(dicom::kStudyInstanceUid), "1.2.3.4");
    EXPECT_EQ(root.text(dicom::kAccessionNumber), "A1");
    EXPECT_THAT(root.text(dicom::kSopInstanceUid), testing::StartsWith("2.25."));
    EXPECT_NE(root.text(dicom::kSeriesInstanceUid), "1.2.3.4.1");
  }
}

TEST_F(DicomForms, SegmentationHoldsTheBoxes) {
  const std::string bytes = report_dicom(volume_report(), DicomForm::segmentation);
  const dicom::FrameReader reader(parsed(bytes));
  ASSERT_EQ(reader.frames(), 2);
  const auto first = reader.decode(0).values;
  double sum = 0;
  for (const double value : first) sum += value;
  EXPECT_EQ(sum, 4 * 2);           // x 1 to 5, y 2 to 4
  EXPECT_EQ(first[2 * 8 + 1], 1);  // its upper left pixel
  EXPECT_EQ(first[1 * 8 + 1], 0);
  EXPECT_EQ(first[3 * 8 + 4], 1);
  EXPECT_EQ(first[3 * 8 + 5], 0);
  const auto second = reader.decode(1).values;
  EXPECT_EQ(second[4 * 8 + 5], 1);
  EXPECT_EQ(second[5 * 8 + 5], 0);
}

TEST_F(DicomForms, CaptureHoldsThePicture) {
  const std::string bytes = report_dicom(volume_report(), DicomForm::secondary_capture);
  const DicomImage image = dicom::read_dicom_image(parsed(bytes));
  EXPECT_EQ(image.frames.front().colour.data, volume_report().pictures.front().pixels.data);
}

TEST_F(DicomForms, PdfIsInsideToTheLastByte) {
  const std::string bytes = report_dicom(volume_report(), DicomForm::pdf);
  constexpr dicom::Attribute kDocument{0x0042, 0x0011, "OB"};
  const dicom::Dataset dataset = parsed(bytes);
  const auto value = dataset.root().bytes(kDocument);
  const std::string pdf = report_pdf(volume_report());
  ASSERT_GE(value.size(), pdf.size());
  EXPECT_EQ(std::string(value.begin(), value.begin() + static_cast<std::ptrdiff_t>(pdf.size())),
            pdf);
}

TEST_F(DicomForms, TextBeyondAsciiIsUtf8) {
  Report report = radiograph_report();
  report.subject->patient_name = "M\xC3\xBCller^Eva";
  report.sections.front().text =
      "D\xC3\xA9"
      "but";
  const std::string bytes = report_dicom(report, DicomForm::text);
  EXPECT_EQ(parsed(bytes).root().text(dicom::kSpecificCharacterSet), "ISO_IR 192");
  EXPECT_THAT(bytes, HasSubstr("M\xC3\xBCller"));
}

TEST_F(DicomForms, WhatCannotBeMadeIsRefused) {
  for (const DicomForm form : kForms) EXPECT_THROW((void)report_dicom(lab_report(), form), Error);
  Report bare = radiograph_report();
  bare.findings.pop_back();
  bare.pictures.clear();
  EXPECT_THROW((void)report_dicom(bare, DicomForm::segmentation), Error);
  EXPECT_THROW((void)report_dicom(bare, DicomForm::secondary_capture), Error);
  EXPECT_NO_THROW((void)report_dicom(bare, DicomForm::structured));
}

TEST_F(DicomForms, DsrdumpReadsTheReports) {
  if (!runs("command -v dsrdump")) GTEST_SKIP() << "dsrdump (Debian: dcmtk) is not on this machine";
  for (const Report& report : {radiograph_report(), volume_report()}) {
    for (const DicomForm form : {DicomForm::structured, DicomForm::text}) {
      const std::string said = said_by("dsrdump +Pl '" + file(report, form).string() + "'");
      EXPECT_THAT(said, Not(HasSubstr("E: ")));
      EXPECT_THAT(said, Not(HasSubstr("W: ")));
      EXPECT_THAT(said, HasSubstr("Small left pleural effusion"));
    }
    EXPECT_THAT(said_by("dsrdump '" + file(report, DicomForm::structured).string() + "'"),
                HasSubstr(report.kind == "ct" ? "SCOORD3D" : "SCOORD"));
  }
}

TEST_F(DicomForms, DciodvfyFindsNoErrors) {
  if (!runs("command -v dciodvfy"))
    GTEST_SKIP() << "dciodvfy (Debian: dicom3tools) is not on this machine";
  for (const Report& report : {radiograph_report(), volume_report()}) {
    for (const DicomForm form : kForms) {
      const std::string said = said_by("dciodvfy '" + file(report, form).string() + "'");
      EXPECT_THAT(said, Not(HasSubstr("Error"))) << report.kind << " " << static_cast<int>(form);
    }
  }
}

TEST_F(DicomForms, HighdicomReadsThem) {
  const std::string python = test_python();
  if (!runs(python + " -c 'import highdicom'"))
    GTEST_SKIP() << python << " has no highdicom; GALEN_TEST_PYTHON names another Python";
  const std::string script = std::string(GALEN_SOURCE_DIR) + "/tests/golden/check_report_dicom.py";
  for (const Report& report : {radiograph_report(), volume_report()}) {
    const auto structured = file(report, DicomForm::structured);
    const auto segmentation = file(report, DicomForm::segmentation);
    const std::string command =
        python + " " + script + " '" + structured.string() + "' '" + segmentation.string() + "'";
    EXPECT_THAT(said_by(command), HasSubstr("highdicom: read")) << report.kind;
  }
}

}  // namespace
}  // namespace galen::report
