// Records of the Synthea simulator, when GALEN_SHARED_DATA holds them.

#include <cstdlib>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <galen/error.h>
#include <galen/record.h>

namespace galen {
namespace {

namespace fs = std::filesystem;

fs::path synthea_folder() {
  const char* const shared = std::getenv("GALEN_SHARED_DATA");
  return shared == nullptr ? fs::path() : fs::path(shared) / "fhir" / "synthea_3.3.0_seed42";
}

TEST(Synthea, EveryPatientIsReadAndCondensed) {
  const fs::path folder = synthea_folder();
  if (!fs::is_directory(folder))
    GTEST_SKIP() << "GALEN_SHARED_DATA with fhir/synthea_3.3.0_seed42 is not set";
  int patients = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.find("Information") != std::string::npos) continue;
    SCOPED_TRACE(name);
    const Record record = open_record(entry.path());
    EXPECT_THAT(record.patient, testing::MatchesRegex("(fe)?male, born [0-9-]+"));
    EXPECT_GT(record.events.size(), 100U);
    const std::string text = condensed_text(record, 32'000);
    EXPECT_LE(text.size(), 32'000U);
    EXPECT_THAT(text, testing::HasSubstr("prescribed by Dr. "));
    EXPECT_EQ(text, condensed_text(open_record(entry.path()), 32'000));
    ++patients;
  }
  EXPECT_EQ(patients, 5);
}

TEST(Synthea, FolderOfSeveralPatientsIsRefused) {
  const fs::path folder = synthea_folder();
  if (!fs::is_directory(folder))
    GTEST_SKIP() << "GALEN_SHARED_DATA with fhir/synthea_3.3.0_seed42 is not set";
  try {
    (void)open_record(folder);
    FAIL() << "was read";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
    EXPECT_THAT(error.what(), testing::HasSubstr("holds 5 patients"));
  }
}

}  // namespace
}  // namespace galen
