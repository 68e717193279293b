#include "io/raster/raster.h"

#include <filesystem>
#include <gtest/gtest.h>
#include <regex>
#include <string>

#include <galen/error.h>

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

TEST(ReadImage, scales_a_jpeg_down_while_its_shorter_side_stays_long_enough) {
  const Image full = read_image(kGolden / "rgb_444.jpg");
  ASSERT_EQ(full.height, 10);
  EXPECT_EQ(read_image(kGolden / "rgb_444.jpg", 6).height, 10);
  const Image half = read_image(kGolden / "rgb_444.jpg", 5);
  ASSERT_EQ(half.width, 6);
  ASSERT_EQ(half.height, 5);
  EXPECT_EQ(read_image(kGolden / "rgb_444.jpg", 2).height, 3);
  EXPECT_EQ(read_image(kGolden / "orientation_6.jpg", 5).width, 5);
  EXPECT_EQ(read_image(kGolden / "rgb8.png", 1).width, read_image(kGolden / "rgb8.png").width);
  // The smaller picture is the mean of the larger one.
  double sum = 0;
  for (int y = 0; y < 2; ++y) {
    for (int x = 0; x < 2; ++x) {
      sum += full.data[(static_cast<std::size_t>(y) * full.width + x) * 3];
    }
  }
  EXPECT_NEAR(half.data[0], sum / 4, 12);
}

TEST(WritePng, is_read_back_exactly) {
  for (const int channels : {1, 3, 4}) {
    for (const int bits : {8, 16}) {
      Image image = make_image(7, 5, channels, bits);
      for (std::size_t i = 0; i < image.data.size(); ++i) {
        image.data[i] = static_cast<std::uint8_t>(i * 37);
      }
      const std::filesystem::path path =
          std::filesystem::path(testing::TempDir()) / "galen_raster.png";
      write_png(path, image);
      const Image back = read_image(path);
      EXPECT_EQ(back.channels, channels);
      EXPECT_EQ(back.bits, bits);
      EXPECT_EQ(back.data, image.data);
    }
  }
}

TEST(IsRaster, goes_by_the_first_bytes) {
  using namespace std::string_view_literals;
  EXPECT_TRUE(is_raster("\xFF\xD8\xFF\xE0"sv));
  EXPECT_TRUE(is_raster("\x89PNG\r\n\x1A\n"sv));
  EXPECT_TRUE(is_raster("MM\0*\0\0\0\x08"sv));
  EXPECT_TRUE(is_raster("II+\0\x08\0\0\0"sv));
  EXPECT_TRUE(is_raster("RIFF\x10\0\0\0WEBPVP8 "sv));
  EXPECT_FALSE(is_raster("RIFF\x10\0\0\0WAVEfmt "sv));
  EXPECT_FALSE(is_raster("RIFF"sv));
  EXPECT_FALSE(is_raster(""sv));
}

/// No cut of a file may be read as if it were whole.
TEST(DecodeImage, refuses_every_truncation_of_a_png_or_webp) {
  for (const char* file : {"rgb8.png", "icc_rgb.png", "lossless.webp", "lossy.webp"}) {
    const std::string bytes = read_file(kGolden / file, 1 << 20);
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    for (std::size_t size = 0; size + 1 < bytes.size(); ++size) {
      EXPECT_THROW((void)decode_image({data, size}, file), Error) << file << " cut to " << size;
    }
  }
}

/// Every folder of tests/cases/raster, made by make_cases.py there.
TEST(ReadImage, refuses_each_malformed_file_with_its_error) {
  const std::filesystem::path folder = GALEN_SOURCE_DIR "/tests/cases/raster";
  int cases = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (!entry.is_directory()) continue;
    SCOPED_TRACE(entry.path().filename().string());
    const std::string path = entry.path() / "case.json";
    const Json item = parse_json(read_file(path, 1 << 16), path);
    ++cases;
    try {
      (void)read_image(entry.path() / item["input"].get<std::string>());
      ADD_FAILURE() << "was read";
    } catch (const Error& error) {
      EXPECT_EQ(error_kind_name(error.kind()), item["kind"].get<std::string>()) << error.what();
      EXPECT_TRUE(std::regex_search(error.what(), std::regex(item["message"].get<std::string>())))
          << error.what();
    }
  }
  EXPECT_GE(cases, 30);
}

}  // namespace
}  // namespace galen::raster
