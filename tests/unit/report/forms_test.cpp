#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <galen/error.h>

#include "base/file.h"
#include "base/json.h"
#include "other_program.h"
#include "report/identity.h"
#include "report/windows_1252.h"
#include "report_fixture.h"
#include "schema_check.h"

namespace galen::report {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

SchemaCheck published_schema() {
  const std::string file = std::string(GALEN_SOURCE_DIR) + "/docs/report.schema.json";
  return SchemaCheck(parse_json(read_file(file, 1 << 20), "schema"));
}

Report pathology_report() {
  Report report = common_report("pathology");
  report.method = "part";
  report.specimen = "colon, biopsy";
  return report;
}

TEST(ReportForms, JsonIsValidAfterThePublishedSchema) {
  SchemaCheck schema = published_schema();
  for (const Report& report :
       {radiograph_report(), volume_report(), lab_report(), pathology_report()}) {
    EXPECT_THAT(schema.faults(parse_json(report_json(report), "report")), IsEmpty()) << report.kind;
  }
}

TEST(ReportForms, JsonschemaFindsItValidToo) {
  const std::string python = test_python();
  if (!runs(python + " -c 'import jsonschema'"))
    GTEST_SKIP() << python << " has no jsonschema; GALEN_TEST_PYTHON names another Python";
  const std::string folder =
      testing::TempDir() + "/galen_report_schema_" + std::to_string(::getpid());
  std::filesystem::create_directories(folder);
  for (const Report& report : {radiograph_report(), volume_report(), lab_report()}) {
    write_file(folder + "/report.json", report_json(report));
    EXPECT_EQ(
        said_by(python +
                " -c 'import json, jsonschema, sys; jsonschema.validate(*(json.load(open(name)) "
                "for name in sys.argv[1:]))' '" +
                folder + "/report.json' '" + GALEN_SOURCE_DIR "/docs/report.schema.json'"),
        "")
        << report.kind;
  }
  std::filesystem::remove_all(folder);
}

TEST(ReportForms, TheSchemaRefusesWhatIsNoReport) {
  SchemaCheck schema = published_schema();
  Json json = parse_json(report_json(volume_report()), "report");
  json["findings"][0]["certainty"] = "sure";
  json["patient"] = "somebody";
  json.erase("seed");
  EXPECT_EQ(schema.faults(json).size(), 3U);
}

TEST(ReportForms, BoxesAreInPixelsAndWhereKnownInThePatient) {
  const Json of_volume = parse_json(report_json(volume_report()), "report");
  const Json& box = of_volume["findings"][3]["boxes"][1];
  EXPECT_EQ(box["pixels"], Json({2, 2, 6, 5}));
  // The corner of pixel (2, 2): one and a half pixels of 0.5 mm from the centre of the first one.
  EXPECT_EQ(box["patient_mm"][0], Json({-9.25, -19.25, 2.0}));
  EXPECT_EQ(box["patient_mm"][2], Json({-7.25, -17.75, 2.0}));
  const Json of_radiograph = parse_json(report_json(radiograph_report()), "report");
  EXPECT_FALSE(of_radiograph["findings"][3]["boxes"][0].contains("patient_mm"));
}

TEST(ReportForms, EveryImageIsNamed) {
  const Json json = parse_json(report_json(radiograph_report()), "report");
  ASSERT_EQ(json["images"].size(), 2U);
  EXPECT_EQ(json["images"][1]["sop_instance_uid"], "1.2.3.5.1.1");
  EXPECT_EQ(json["sources"][1]["prior"], true);
  EXPECT_EQ(json["sources"][1]["study_uid"], "1.2.3.5");
}

TEST(ReportForms, OnlyDicomAndFhirNameThePatient) {
  const Report report = radiograph_report();
  for (const std::string& form :
       {report_text(report), report_markdown(report), report_json(report), report_html(report)}) {
    EXPECT_THAT(form, Not(HasSubstr("Sample")));
    EXPECT_THAT(form, Not(HasSubstr(kPatientId)));
    EXPECT_THAT(form, Not(HasSubstr("19700131")));
  }
  Report nameless = report;
  nameless.subject.reset();
  EXPECT_EQ(report_pdf(report), report_pdf(nameless));  // its words are compressed
  EXPECT_THAT(report_fhir(report), HasSubstr("Sample"));
}

TEST(ReportForms, TextSaysWhatWasReadAndShown) {
  const std::string text = report_text(volume_report());
  EXPECT_THAT(text, HasSubstr("CT report\nIndication: cough\n\nFindings\nSmall left"));
  EXPECT_THAT(text, HasSubstr("- Pleural effusion, left: present"));
  EXPECT_THAT(text, HasSubstr("- liver: x 1 to 5, y 2 to 4 of image 1"));
  EXPECT_THAT(text, HasSubstr("Shown: 2 of 9 slices of modality CT."));
  EXPECT_THAT(text, HasSubstr("Not for clinical use."));
  EXPECT_THAT(report_text(lab_report()), HasSubstr("Hemoglobin: 13.5 g/dL (12-16)"));
  EXPECT_THAT(report_text(radiograph_report()), HasSubstr("1 image of modality DX of the prior"));
}

TEST(ReportForms, MarkdownOfAModelIsNoMarkup) {
  Report report = common_report("cxr");
  report.sections = {{"Findings", "# not a *heading*\n- <b>| cell"}};
  EXPECT_THAT(report_markdown(report), HasSubstr("\\# not a \\*heading\\*\n\n\\- \\<b\\>\\| cell"));
  report.sections = {{"Findings", "&lt;b&gt;"}};
  EXPECT_THAT(report_markdown(report), HasSubstr("\\&lt;b\\&gt;"));
  EXPECT_THAT(report_markdown(lab_report()), HasSubstr("| Hemoglobin | 13.5 | g/dL | 12-16 |"));
}

TEST(ReportForms, PdfHasEqualBytesForEqualReports) {
  Report report = volume_report();
  const std::string first = report_pdf(report);
  report.created = "2027-01-01T00:00:00Z";
  report.seconds = 5;
  EXPECT_EQ(report_pdf(report), first);
  EXPECT_THAT(first, testing::StartsWith("%PDF-"));
  report.sections.front().text += " More.";
  EXPECT_NE(report_pdf(report), first);
}

TEST(ReportForms, PdfGoesOverManyPagesAndLongWords) {
  Report report = common_report("cxr");
  report.sections.front().text = std::string(3000, 'w') + "\n";
  for (int i = 0; i < 300; ++i) report.sections.front().text += "A line of words.\n";
  const std::string pdf = report_pdf(report);
  EXPECT_THAT(pdf, HasSubstr("/Count 8"));
}

TEST(ReportForms, PdfTakesPicturesOf8BitsOnly) {
  Report report = common_report("cxr");
  report.pictures.front().pixels = make_image(2, 2, 1, 16);
  EXPECT_THROW((void)report_pdf(report), Error);
}

TEST(ReportForms, OtherCharactersThanThoseOfThePdfFontAreMarked) {
  EXPECT_EQ(to_windows_1252("a\xC3\xA9\xE2\x82\xAC\xE2\x80\x9C\xCE\xB1\xF0\x9F\x98\x80z"),
            "a\xE9\x80\x93??z");
}

TEST(ReportIdentity, IsOfInputModelSettingsAndWords) {
  const Report report = radiograph_report();
  const std::string uid = report_uid(report, "sr");
  EXPECT_THAT(uid, testing::StartsWith("2.25."));
  EXPECT_LE(uid.size(), 44U);
  Report later = report;
  later.created = "2030-01-01T00:00:00Z";
  later.seconds = 9;
  EXPECT_EQ(report_uid(later, "sr"), uid);
  EXPECT_NE(report_uid(report, "seg"), uid);
  Report other = report;
  other.seed = 4;
  EXPECT_NE(report_uid(other, "sr"), uid);
  other = report;
  other.model_sha256["decoder.gguf"][0] = 'b';
  EXPECT_NE(report_uid(other, "sr"), uid);
  other = report;
  other.images.front().dicom->sop_instance_uid += "1";
  EXPECT_NE(report_uid(other, "sr"), uid);
  other = report;
  other.findings.front().certainty = Certainty::possible;
  EXPECT_NE(report_uid(other, "sr"), uid);
}

TEST(ReportIdentity, TheUidIsTheNumberOfTheUuid) {
  const Report report = lab_report();
  const std::string uuid = report_uuid(report, "x");
  ASSERT_EQ(uuid.size(), 36U);
  EXPECT_EQ(uuid[14], '8');
  unsigned long long high =
      std::stoull(uuid.substr(0, 8) + uuid.substr(9, 4) + uuid.substr(14, 4), nullptr, 16);
  unsigned long long low = std::stoull(uuid.substr(19, 4) + uuid.substr(24), nullptr, 16);
  // The number modulo 10^6, by hand: 2^64 = 709551616 modulo 10^9.
  constexpr unsigned long long kModulus = 1'000'000'000;
  const unsigned long long expected =
      ((high % kModulus) * 709'551'616 % kModulus + low % kModulus) % kModulus;
  const std::string uid = report_uid(report, "x");
  EXPECT_EQ(std::stoull(uid.substr(uid.size() - 9)), expected);
}

}  // namespace
}  // namespace galen::report
