// Every file of pydicom's own test data, against what pydicom decodes
// (tests/golden/compare_dicom.py).

#include <cmath>
#include <gtest/gtest.h>
#include <regex>

#include <galen/error.h>

#include "base/file.h"
#include "base/json.h"
#include "base/sha256.h"
#include "io/dicom/frames.h"
#include "io/dicom/image.h"
#include "shared_data.h"

namespace galen::dicom {
namespace {

Json golden(const std::string& name) {
  const auto path = std::filesystem::path(GALEN_SOURCE_DIR) / "tests" / "golden" / name;
  return parse_json(read_file(path, std::size_t{1} << 24), name);
}

std::vector<double> all_values(const FrameReader& reader) {
  std::vector<double> values;
  for (int i = 0; i < reader.frames(); ++i) {
    const StoredFrame frame = reader.decode(i);
    if (reader.format().samples == 1) {
      values.insert(values.end(), frame.values.begin(), frame.values.end());
    } else if (frame.colour.bits == 8) {
      values.insert(values.end(), frame.colour.data.begin(), frame.colour.data.end());
    } else {
      const auto words = frame.colour.samples16();
      values.insert(values.end(), words.begin(), words.end());
    }
  }
  return values;
}

std::string digest(const std::vector<double>& values) {
  return sha256_hex(
      {reinterpret_cast<const std::uint8_t*>(values.data()), values.size() * sizeof(double)});
}

TEST(PydicomFiles, decode_to_the_values_that_pydicom_gives) {
  SKIP_WITHOUT(shared_data() / "dicom_pydicom");
  const Json files = golden("pydicom_pixels.json");
  for (const auto& [name, expected] : files.items()) {
    SCOPED_TRACE(name);
    const FrameReader reader(Dataset::open(shared_data() / name));
    const std::vector<int> shape = {reader.frames(), reader.height(), reader.width(),
                                    reader.format().samples};
    ASSERT_EQ(shape, expected["shape"].get<std::vector<int>>());
    const std::vector<double> values = all_values(reader);
    const double tolerance = expected["tolerance"];
    if (tolerance == 0) {
      EXPECT_EQ(digest(values), expected["sha256"].get<std::string>());
    }
    const std::size_t step = std::max<std::size_t>(1, values.size() / 16);
    for (std::size_t i = 0; i < expected["values"].size(); ++i) {
      EXPECT_NEAR(values[i * step], expected["values"][i].get<double>(), tolerance)
          << "value " << i * step;
    }
  }
}

TEST(PydicomFiles, that_are_no_images_or_are_broken_get_a_clear_refusal) {
  SKIP_WITHOUT(shared_data() / "dicom_pydicom");
  const Json files = golden("dicom_refused.json");
  for (const auto& [name, expected] : files.items()) {
    SCOPED_TRACE(name);
    try {
      (void)read_dicom_image(shared_data() / name);
      ADD_FAILURE() << "was read";
    } catch (const Error& error) {
      EXPECT_EQ(error_kind_name(error.kind()), expected["kind"].get<std::string>());
      EXPECT_TRUE(
          std::regex_search(error.what(), std::regex(expected["message"].get<std::string>())))
          << error.what();
    }
  }
}

TEST(PydicomFiles, are_all_read_or_listed_as_refused) {
  SKIP_WITHOUT(shared_data() / "dicom_pydicom");
  const Json refused = golden("dicom_refused.json");
  for (const char* folder : {"dicom_pydicom", "dicom_transfer_syntaxes"}) {
    for (const auto& entry : std::filesystem::directory_iterator(shared_data() / folder)) {
      const std::string name = std::string(folder) + "/" + entry.path().filename().string();
      if (refused.contains(name)) continue;
      EXPECT_NO_THROW((void)read_dicom_image(entry.path())) << name;
    }
  }
}

/// Largest difference to the uncompressed file.
double difference(const std::string& syntax) {
  const auto folder = shared_data() / "dicom_transfer_syntaxes";
  const auto plain = all_values(FrameReader(Dataset::open(folder / "CTImage.dcm")));
  const auto coded =
      all_values(FrameReader(Dataset::open(folder / ("CTImage.dcm_" + syntax + ".dcm"))));
  double largest = plain.size() == coded.size() ? 0 : 1e9;
  for (std::size_t i = 0; i < plain.size() && largest < 1e9; ++i) {
    largest = std::max(largest, std::abs(plain[i] - coded[i]));
  }
  return largest;
}

TEST(TransferSyntaxes, without_loss_give_the_pixels_of_the_plain_file) {
  SKIP_WITHOUT(shared_data() / "dicom_transfer_syntaxes");
  for (const char* syntax : {"BigEndianExplicitTransferSyntax_1.2.840.10008.1.2.2",
                             "DeflatedExplicitVRLittleEndianTransferSyntax_1.2.840.10008.1.2.1.99",
                             "LittleEndianExplicitTransferSyntax_1.2.840.10008.1.2.1",
                             "LittleEndianImplicitTransferSyntax_1.2.840.10008.1.2",
                             "RLELosslessTransferSyntax_1.2.840.10008.1.2.5",
                             "JPEGProcess14TransferSyntax_1.2.840.10008.1.2.4.57",
                             "JPEGProcess14SV1TransferSyntax_1.2.840.10008.1.2.4.70",
                             "JPEGLSLosslessTransferSyntax_1.2.840.10008.1.2.4.80",
                             "JPEG2000LosslessOnlyTransferSyntax_1.2.840.10008.1.2.4.90"}) {
    EXPECT_EQ(difference(syntax), 0) << syntax;
  }
}

TEST(TransferSyntaxes, with_loss_stay_near_the_plain_file) {
  SKIP_WITHOUT(shared_data() / "dicom_transfer_syntaxes");
  EXPECT_LE(difference("JPEGLSLossyTransferSyntax_1.2.840.10008.1.2.4.81"), 1);
  EXPECT_LE(difference("JPEG2000TransferSyntax_1.2.840.10008.1.2.4.91"), 5);
}

}  // namespace
}  // namespace galen::dicom
