// Every codec on a committed file, and every malformed file of tests/cases/dicom.

#include <gtest/gtest.h>
#include <regex>

#include <galen/error.h>

#include "base/file.h"
#include "base/json.h"
#include "io/dicom/frames.h"
#include "io/dicom/image.h"

namespace galen::dicom {
namespace {

const std::filesystem::path kTests = std::filesystem::path(GALEN_SOURCE_DIR) / "tests";

Json load_json(const std::filesystem::path& path) {
  return parse_json(read_file(path, std::size_t{1} << 24), path.filename().string());
}

TEST(Codecs, give_the_values_that_pydicom_gives) {
  const auto folder = kTests / "golden" / "dicom";
  const Json expected = load_json(folder / "expected.json");
  ASSERT_EQ(expected.size(), 11U);
  for (const auto& [name, facts] : expected.items()) {
    SCOPED_TRACE(name);
    const StoredFrame frame = FrameReader(Dataset::open(folder / name)).decode(0);
    std::vector<double> values = frame.values;
    if (values.empty()) values.assign(frame.colour.data.begin(), frame.colour.data.end());
    ASSERT_EQ(values.size(), facts["values"].size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      EXPECT_NEAR(values[i], facts["values"][i].get<double>(), facts["tolerance"].get<double>())
          << i;
    }
  }
}

TEST(Codecs, refuse_a_stream_cut_anywhere_without_crashing) {
  const auto folder = kTests / "golden" / "dicom";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".dcm") continue;
    const std::string whole = read_file(entry.path(), std::size_t{1} << 20);
    for (std::size_t size = 0; size < whole.size(); size += 3) {
      try {
        (void)read_dicom_image(
            Dataset::parse({reinterpret_cast<const std::uint8_t*>(whole.data()), size}, "cut.dcm"));
      } catch (const Error& error) {
        EXPECT_NE(error.kind(), ErrorKind::internal) << entry.path() << " at " << size;
      }
    }
  }
}

TEST(MalformedDicom, is_refused_with_the_expected_error) {
  std::size_t cases = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kTests / "cases" / "dicom")) {
    if (!entry.is_directory()) continue;
    ++cases;
    const Json expected = load_json(entry.path() / "case.json");
    SCOPED_TRACE(entry.path().filename().string());
    try {
      (void)read_dicom_image(entry.path() / expected["input"].get<std::string>());
      ADD_FAILURE() << "was read";
    } catch (const Error& error) {
      EXPECT_EQ(error_kind_name(error.kind()), expected["kind"].get<std::string>()) << error.what();
      EXPECT_TRUE(
          std::regex_search(error.what(), std::regex(expected["message"].get<std::string>())))
          << error.what();
    }
  }
  EXPECT_GE(cases, 35U);
}

}  // namespace
}  // namespace galen::dicom
