#include "io/raster/raster.h"

#include <filesystem>
#include <gtest/gtest.h>
#include <string>

#include "base/file.h"
#include "base/json.h"

namespace galen::raster {
namespace {

const std::filesystem::path kGolden = GALEN_SOURCE_DIR "/tests/golden/raster";

int sample(const Image& image, std::size_t i) {
  return image.bits == 16 ? image.samples16()[i] : image.data[i];
}

/// Every file of tests/golden/raster, made by make_raster.py.
TEST(ReadImage, gives_the_pixels_that_the_golden_files_were_made_from) {
  const std::string path = kGolden / "raster.json";
  const Json cases = parse_json(read_file(path, 1 << 20), path);
  ASSERT_GE(cases.size(), 50U);
  for (const Json& item : cases) {
    const std::string file = item["file"];
    SCOPED_TRACE(file);
    const Image image = read_image(kGolden / file);
    ASSERT_EQ(image.width, item["width"].get<int>());
    ASSERT_EQ(image.height, item["height"].get<int>());
    ASSERT_EQ(image.channels, item["channels"].get<int>());
    ASSERT_EQ(image.bits, item["bits"].get<int>());
    const std::string hex = item["samples"];
    const auto digits = static_cast<std::size_t>(image.bits / 4);
    ASSERT_EQ(hex.size(), image.samples() * digits);
    for (std::size_t i = 0; i < image.samples(); ++i) {
      const int wanted = std::stoi(hex.substr(i * digits, digits), nullptr, 16);
      ASSERT_NEAR(sample(image, i), wanted, item["tolerance"].get<int>()) << "sample " << i;
    }
  }
}

}  // namespace
}  // namespace galen::raster
