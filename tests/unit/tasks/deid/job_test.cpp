#include <fstream>

#include "base/json.h"
#include "study.h"

namespace galen {
namespace {

using deid::add_pixels;
using deid::Copy;
using deid::dicom_files;
using deid::patient_study;
using deid::test_folder;
using deid::write_study;
namespace fs = std::filesystem;

class DeidJob : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = test_folder();
    fs::create_directories(folder_ / "in");
    options_.key = folder_ / "deid.key";
    options_.threads = 2;
    options_.on_failure = [&](const fs::path&, std::string_view why) { why_ += why; };
  }

  DeidReport run() { return deidentify({folder_ / "in"}, folder_ / "out", options_); }

  fs::path folder_;
  DeidOptions options_;
  std::string why_;
};

TEST_F(DeidJob, NamesFilesByTheirNewUidsAndLeavesNothingOfTheOldOnes) {
  write_study(folder_ / "in" / "mustermann.dcm", patient_study());
  const DeidReport report = run();
  EXPECT_EQ(report.written, 1U) << why_;
  const auto files = dicom_files(folder_ / "out");
  ASSERT_EQ(files.size(), 1U);
  const Copy copy(files[0]);
  EXPECT_EQ(files[0].stem(), copy.root.text(0x00080018));
  EXPECT_EQ(files[0].parent_path().parent_path().filename(), copy.root.text(0x0020000D));
  const std::string bytes = read_file(files[0], 1 << 20);
  for (const char* left : {"Mustermann", "Erika", "4711", "20040119", "19401231", "1.2.3.4.5."}) {
    EXPECT_EQ(bytes.find(left), std::string::npos) << left;
  }
  for (const auto& entry : fs::recursive_directory_iterator(folder_ / "out")) {
    EXPECT_EQ(entry.path().string().find("mustermann"), std::string::npos);
    if (entry.is_regular_file()) {
      EXPECT_EQ(read_file(entry.path(), 1 << 20).find("ustermann"), std::string::npos);
    }
  }
}

TEST_F(DeidJob, RefusesAFileWhoseValuesHoldTheIdentityOutOfReach) {
  dicom::EditItem root = patient_study();
  add_pixels(root);
  std::string hidden = "MRN-4711-0815 and 18 bytes more..";
  hidden.resize(32, ' ');
  root.find(0x7FE00010)->set_bytes({hidden.begin(), hidden.end()});
  write_study(folder_ / "in" / "a.dcm", root);
  const DeidReport report = run();
  EXPECT_EQ(report.failed, 1U);
  EXPECT_NE(why_.find("is left in the file's bytes"), std::string::npos) << why_;
  EXPECT_EQ(why_.find("4711"), std::string::npos);
  EXPECT_TRUE(dicom_files(folder_ / "out").empty());
}

TEST_F(DeidJob, GoesOnPastBadFilesAndSkipsDirectories) {
  write_study(folder_ / "in" / "good.dcm", patient_study());
  dicom::EditItem directory = patient_study("1.2.840.10008.1.3.10");
  write_study(folder_ / "in" / "DICOMDIR", directory);
  write_file(folder_ / "in" / "note.txt", "not DICOM");
  write_file(folder_ / "in" / "bad.dcm", std::string(128, '\0') + "DICM\2\0\0\0UL\xFF\xFF");
  const DeidReport report = run();
  EXPECT_EQ(report.files, 4U);
  EXPECT_EQ(report.written, 1U);
  EXPECT_EQ(report.skipped, 2U);
  EXPECT_EQ(report.failed, 1U);
}

TEST_F(DeidJob, RefusesInputsOfWhichNothingIsRecognised) {
  write_file(folder_ / "in" / "note.txt", "not DICOM");
  try {
    (void)run();
    FAIL() << "nothing was done, and that looks like success";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::unsupported);
    EXPECT_NE(std::string(error.what()).find((folder_ / "in").string()), std::string::npos);
  }
  EXPECT_FALSE(fs::exists(folder_ / "out" / "deid-report.txt"));
  // The output folder itself is left out of what is read.
  write_study(folder_ / "in" / "a.dcm", patient_study());
  EXPECT_THROW((void)deidentify({folder_ / "in"}, folder_ / "in", options_), Error);
  EXPECT_THROW((void)deidentify({}, folder_ / "out", options_), Error);
  const DeidReport report = run();
  EXPECT_EQ(report.written, 1U);
  EXPECT_EQ(report.skipped, 1U);
}

TEST_F(DeidJob, GoesOnPastFhirWhoseIdIsNoText) {
  write_file(folder_ / "in" / "bad.json", R"({"resourceType": "Patient", "id": 5})");
  write_file(folder_ / "in" / "good.json", R"({"resourceType": "Patient", "id": "a"})");
  const DeidReport report = run();
  EXPECT_EQ(report.failed, 1U);
  EXPECT_EQ(report.written, 1U);
  EXPECT_NE(why_.find("bad.json"), std::string::npos) << why_;
}

TEST_F(DeidJob, GoesOnWhereAnEarlierRunEnded) {
  write_study(folder_ / "in" / "a.dcm", patient_study());
  dicom::EditItem second = patient_study();
  second.set(0x00080018, "UI", "1.2.3.4.5.101");
  (void)run();
  write_study(folder_ / "in" / "b.dcm", second);
  const DeidReport again = run();
  EXPECT_EQ(again.unchanged, 1U);
  EXPECT_EQ(again.written, 1U);
  // A damaged output is made again.
  const auto files = dicom_files(folder_ / "out");
  std::ofstream(files[0], std::ios::app) << "x";
  EXPECT_EQ(run().written, 1U);
  // So is everything under other options.
  options_.profile.retain_patient = true;
  EXPECT_EQ(run().written, 2U);
}

TEST_F(DeidJob, ReadsTheLineAfterATornOne) {
  dicom::EditItem root = patient_study();
  write_study(folder_ / "in" / "a.dcm", root);
  (void)run();
  std::ofstream(folder_ / "out" / "deid-journal.jsonl", std::ios::app) << "{\"source\": \"12";
  root.set(0x00080018, "UI", "1.2.3.4.5.101");
  write_study(folder_ / "in" / "b.dcm", root);
  EXPECT_EQ(run().written, 1U);
  EXPECT_EQ(run().unchanged, 2U);
}

TEST_F(DeidJob, FailsTheSecondOfTwoFilesWithOneUid) {
  dicom::EditItem root = patient_study();
  write_study(folder_ / "in" / "a.dcm", root);
  root.set(0x00181020, "LO", "other");
  write_study(folder_ / "in" / "b.dcm", root);
  EXPECT_EQ(run().failed, 1U);
}

TEST_F(DeidJob, AsksForAPlaceWhenThePictureMayShowText) {
  dicom::EditItem root = patient_study("1.2.840.10008.5.1.4.1.1.6.1");
  root.set(0x00080060, "CS", "US");
  add_pixels(root);
  write_study(folder_ / "in" / "a.dcm", root);
  EXPECT_EQ(run().failed, 1U);
  EXPECT_NE(why_.find("--blank"), std::string::npos);
  options_.keep_burned_in = true;
  const DeidReport kept = run();
  EXPECT_EQ(kept.written, 1U);
  EXPECT_EQ(kept.burned_in, 1U);
}

std::vector<int> pixels_of(const dicom::EditItem& root) {
  const auto bytes = root.find(0x7FE00010)->value();
  std::vector<int> pixels;
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2)
    pixels.push_back(bytes[i] | bytes[i + 1] << 8);
  return pixels;
}

TEST_F(DeidJob, BlanksARegionAndNothingElse) {
  dicom::EditItem root = patient_study();
  add_pixels(root);
  write_study(folder_ / "in" / "a.dcm", root);
  options_.blank = {{1, 0, 2, 1}, {3, 3, 100, 100}};
  EXPECT_EQ(run().blanked, 1U) << why_;
  const Copy copy(dicom_files(folder_ / "out")[0]);
  EXPECT_EQ(pixels_of(copy.root), (std::vector<int>{1000, 0, 0, 1000, 1000, 1000, 1000, 1000, 1000,
                                                    1000, 1000, 1000, 1000, 1000, 1000, 0}));
  EXPECT_EQ(copy.root.text(0x00280301), "NO");
}

TEST_F(DeidJob, BlanksSubsampledColourOfAnImplicitFile) {
  dicom::EditItem root = patient_study();
  add_pixels(root);
  const auto word = [&](std::uint32_t tag, std::uint8_t value) {
    root.set(tag, "US", "").set_bytes({value, 0});
  };
  root.set(0x00280004, "CS", "YBR_FULL_422");
  word(0x00280002, 3);
  word(0x00280006, 0);
  word(0x00280100, 8);
  word(0x00280101, 8);
  word(0x00280102, 7);
  std::vector<std::uint8_t> pixels;
  for (int i = 0; i < 8; ++i) pixels.insert(pixels.end(), {200, 200, 128, 128});
  root.set(0x7FE00010, "OB", "").set_bytes(pixels);
  std::ofstream out(folder_ / "in" / "a.dcm", std::ios::binary);
  dicom::encode({root.text(0x00080016), root.text(0x00080018), "1.2.840.10008.1.2"}, root,
                {false, false}, [&](std::span<const std::uint8_t> piece) {
                  out.write(reinterpret_cast<const char*>(piece.data()),
                            static_cast<std::streamsize>(piece.size()));
                });
  out.close();
  options_.blank = {{0, 0, 2, 1}};
  EXPECT_EQ(run().blanked, 1U) << why_;
  const Copy copy(dicom_files(folder_ / "out")[0]);
  // What the file says of its encoding is how it is written.
  EXPECT_EQ(copy.dataset.syntax().uid, "1.2.840.10008.1.2");
  EXPECT_FALSE(copy.dataset.syntax().encoding.explicit_vr);
  EXPECT_EQ(copy.root.text(0x00280004), "RGB");
  const auto bytes = copy.root.find(0x7FE00010)->value();
  ASSERT_EQ(bytes.size(), 48U);
  EXPECT_EQ(bytes[5], 0);
  EXPECT_EQ(bytes[6], 200);
}

TEST_F(DeidJob, BlanksByRules) {
  dicom::EditItem root = patient_study("1.2.840.10008.5.1.4.1.1.6.1");
  root.set(0x00080060, "CS", "US");
  root.set(0x00080070, "LO", "ACME Ultrasound");
  add_pixels(root);
  write_study(folder_ / "in" / "a.dcm", root);
  options_.rules = folder_ / "rules.json";
  write_file(options_.rules,
             R"([{"modality": "US", "manufacturer": "acme", "rows": 9, "refuse": true},
    {"modality": "US", "manufacturer": "acme", "rows": 4, "columns": 4, "blank": [[0, 0, 4, 1]]}])");
  EXPECT_EQ(run().blanked, 1U) << why_;
  const Copy copy(dicom_files(folder_ / "out")[0]);
  EXPECT_EQ(pixels_of(copy.root)[3], 0);
  EXPECT_EQ(pixels_of(copy.root)[4], 1000);
  write_file(options_.rules, R"([{"modality": "US", "blank": [[0, 0, 4]]}])");
  EXPECT_THROW((void)run(), Error);
  write_file(options_.rules, R"([{"modalty": "US", "clean": true}])");
  EXPECT_THROW((void)run(), Error);
}

TEST_F(DeidJob, ReportCountsActionsWithoutValues) {
  write_study(folder_ / "in" / "a.dcm", patient_study());
  const DeidReport report = run();
  const Json json = Json::parse(read_file(folder_ / "out" / "deid-report.json", 1 << 20));
  EXPECT_EQ(json["written"], 1);
  bool has_name = false;
  for (const Json& action : json["actions"]) {
    has_name = has_name || (action["attribute"] == "(0010,0030)" && action["action"] == "emptied" &&
                            action["count"] == 1);
  }
  EXPECT_TRUE(has_name);
  EXPECT_NE(deid_report_text(report).find("Basic Application Confidentiality Profile"),
            std::string::npos);
}

TEST_F(DeidJob, StopsWhenCancelled) {
  write_study(folder_ / "in" / "a.dcm", patient_study());
  CancelToken cancel;
  cancel.cancel();
  options_.cancel = &cancel;
  EXPECT_THROW((void)run(), Error);
}

}  // namespace
}  // namespace galen
