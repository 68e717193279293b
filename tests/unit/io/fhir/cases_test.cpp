#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <galen/error.h>
#include <galen/record.h>

#include "base/file.h"
#include "base/json.h"

namespace galen {
namespace {

namespace fs = std::filesystem;

TEST(FhirCases, EachMalformedInputIsRefusedAsItsCaseSays) {
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator(GALEN_SOURCE_DIR "/tests/cases/fhir")) {
    if (!entry.is_directory()) continue;
    SCOPED_TRACE(entry.path().filename().string());
    const Json wanted = parse_json(read_file(entry.path() / "case.json", 1 << 16), "case.json");
    try {
      (void)open_record(entry.path() / wanted["input"].get<std::string>());
      ADD_FAILURE() << "was read without an error";
    } catch (const Error& error) {
      EXPECT_EQ(error_kind_name(error.kind()), wanted["kind"].get<std::string>()) << error.what();
      EXPECT_THAT(error.what(), testing::ContainsRegex(wanted["message"].get<std::string>()));
      EXPECT_THAT(error.what(), testing::Not(testing::HasSubstr("Asthma")));
    }
    ++count;
  }
  EXPECT_GE(count, 12U);
}

}  // namespace
}  // namespace galen
