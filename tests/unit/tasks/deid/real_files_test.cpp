// Real files: every readable one comes out, is accepted by Galen's reader and has its pixels.

#include <cstdlib>

#include "../../io/dicom/shared_data.h"
#include "io/dicom/frames.h"
#include "study.h"

namespace galen {
namespace {

namespace fs = std::filesystem;
using deid::dicom_files;
using deid::test_folder;

DeidReport run(const fs::path& input, const fs::path& folder, DeidOptions options = {}) {
  options.key = folder / "deid.key";
  options.threads = 2;
  return deidentify({input}, folder / "out", options);
}

TEST(DeidRealFiles, SeriesKeepTheirPixelsAndGeometry) {
  for (const char* name : {"ct_ge_head_28", "ct_chest_10"}) {
    const fs::path input = shared_data() / name;
    SKIP_WITHOUT(input);
    const fs::path folder = test_folder() / name;
    fs::create_directories(folder);
    const DeidReport report = run(input, folder);
    EXPECT_EQ(report.failed, 0U) << name;
    EXPECT_GE(report.written, 10U);
    for (const fs::path& file : dicom_files(folder / "out")) {
      const dicom::Dataset dataset = dicom::Dataset::open(file);
      EXPECT_FALSE(dicom::FrameReader(dataset).decode(0).values.empty());
      EXPECT_TRUE(dataset.root().has(dicom::kImagePosition));
    }
  }
}

TEST(DeidRealFiles, EveryTransferSyntaxComesOutAsItWentIn) {
  const fs::path input = shared_data() / "dicom_transfer_syntaxes";
  SKIP_WITHOUT(input);
  const fs::path folder = test_folder();
  for (const auto& entry : fs::directory_iterator(input)) {
    if (entry.path().extension() != ".dcm") continue;
    const std::string name = entry.path().stem().string();
    fs::create_directories(folder / name);
    DeidOptions options;
    options.keep_burned_in = true;
    const DeidReport report = run(entry.path(), folder / name, options);
    ASSERT_EQ(report.written, 1U) << name;
    const auto before = dicom::Dataset::open(entry.path());
    const auto after = dicom::Dataset::open(dicom_files(folder / name / "out")[0]);
    if (!before.syntax().deflated) {
      EXPECT_EQ(after.syntax().uid, before.syntax().uid) << name;
    }
    if (before.syntax().codec == dicom::Codec::unsupported || !before.pixel_data()) continue;
    EXPECT_EQ(dicom::FrameReader(after).decode(0).values,
              dicom::FrameReader(before).decode(0).values)
        << name;
  }
}

TEST(DeidRealFiles, OddFilesAreWrittenCleanOrRefused) {
  const fs::path input = shared_data() / "dicom_pydicom";
  SKIP_WITHOUT(input);
  const fs::path folder = test_folder();
  DeidOptions options;
  options.blank = {{0, 0, 8, 8}};
  options.profile.dates = DeidDates::shift;
  options.profile.clean_structured = true;
  const DeidReport report = run(input, folder, options);
  EXPECT_EQ(report.written + report.failed + report.skipped + report.unchanged, report.files);
  EXPECT_GT(report.written, report.files / 2);
  for (const fs::path& file : dicom_files(folder / "out")) {
    EXPECT_EQ(deid::Copy(file).root.text(0x00120062), "YES");
  }
}

/// Errors of one kind in one file.
std::size_t dciodvfy_errors(const fs::path& file) {
  const fs::path out = file.string() + ".txt";
  const std::string command = "dciodvfy '" + file.string() + "' > '" + out.string() + "' 2>&1";
  (void)std::system(command.c_str());
  const std::string text = read_file(out, 1 << 20);
  fs::remove(out);
  std::size_t errors = 0;
  for (std::size_t at = text.find("Error - "); at != std::string::npos;
       at = text.find("Error - ", at + 1)) {
    ++errors;
  }
  return errors;
}

TEST(DeidRealFiles, MakeNoNewErrorsForDciodvfy) {
  if (std::system("command -v dciodvfy > /dev/null") != 0)
    GTEST_SKIP() << "dciodvfy is not installed";
  const fs::path input = shared_data() / "dicom_pydicom";
  SKIP_WITHOUT(input);
  const fs::path base = test_folder();
  for (const char* name : {"CT_small.dcm", "MR_small.dcm", "emri_small.dcm", "rtplan.dcm"}) {
    const fs::path folder = base / name;
    fs::create_directories(folder);
    fs::copy_file(input / name, folder / "in.dcm");
    ASSERT_EQ(run(folder / "in.dcm", folder).written, 1U) << name;
    EXPECT_LE(dciodvfy_errors(dicom_files(folder / "out")[0]), dciodvfy_errors(folder / "in.dcm"))
        << name;
  }
}

}  // namespace
}  // namespace galen
