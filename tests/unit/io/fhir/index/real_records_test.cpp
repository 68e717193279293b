// Records of the Synthea simulator, when GALEN_SHARED_DATA holds them.

#include <cstdlib>
#include <gtest/gtest.h>

#include "io/fhir/index/index_folder.h"
#include "io/fhir/index/index_source.h"

namespace galen::fhir {
namespace {

namespace fs = std::filesystem;

TEST(RealRecordsTest, every_reference_of_synthea_is_found) {
  const char* const shared = std::getenv("GALEN_SHARED_DATA");
  const fs::path folder =
      shared == nullptr ? fs::path() : fs::path(shared) / "fhir" / "synthea_3.3.0_seed42";
  if (!fs::is_directory(folder))
    GTEST_SKIP() << "GALEN_SHARED_DATA with fhir/synthea_3.3.0_seed42 is not set";
  const fs::path database = fs::path(testing::TempDir()) / "galen_real_records.db";
  fs::remove(database);
  const IndexSummary summary = index_folder(folder, database);
  EXPECT_EQ(summary.files, 7U);
  EXPECT_EQ(summary.patients, 5U);
  EXPECT_EQ(summary.resources, 314U + 575 + 256 + 341 + 442 + 85 + 84);
  EXPECT_EQ(summary.dangling, 0U);
  EXPECT_TRUE(summary.errors.empty());
  IndexSource source(database);
  for (const PatientLine& patient : source.patients("", 0, 10)) {
    std::size_t resources = 1;  // the Patient
    for (const TypeUse& use : source.manifest(patient.id)) {
      resources += use.count;
      EXPECT_EQ(source.search({patient.id, use.type, {}, "", "", 1000}).resources.size(),
                use.count);
    }
    EXPECT_EQ(resources, patient.resources);
  }
}

}  // namespace
}  // namespace galen::fhir
