#include <cmath>
#include <gtest/gtest.h>

#include <galen/error.h>

#include "base/file.h"
#include "io/raster/jpeg_tile.h"
#include "io/raster/raster.h"

namespace galen::raster {
namespace {

/// Colours that change slowly, so that JPEG loses little.
Image smooth(int width, int height, int channels) {
  Image image = make_image(width, height, channels);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < channels; ++c) {
        image.data[(static_cast<std::size_t>(y) * width + x) * channels + c] =
            static_cast<std::uint8_t>(128 + 90 * std::sin(0.04 * x + 0.03 * y + c));
      }
    }
  }
  return image;
}

/// The mean of squares of pixels.
Image shrunk(const Image& image, int times) {
  Image small = make_image(image.width / times, image.height / times, image.channels);
  for (std::size_t i = 0; i < small.data.size(); ++i) {
    const auto channel = static_cast<int>(i) % small.channels;
    const auto pixel = static_cast<int>(i) / small.channels;
    const int x = pixel % small.width * times;
    const int y = pixel / small.width * times;
    int sum = 0;
    for (int j = 0; j < times * times; ++j) {
      const std::size_t at = static_cast<std::size_t>(y + j / times) * image.width + x + j % times;
      sum += image.data[at * image.channels + channel];
    }
    small.data[i] = static_cast<std::uint8_t>(sum / (times * times));
  }
  return small;
}

int largest_difference(const Image& a, const Image& b) {
  int largest = a.data.size() == b.data.size() ? 0 : 255;
  for (std::size_t i = 0; largest < 255 && i < a.data.size(); ++i) {
    largest = std::max(largest, std::abs(a.data[i] - b.data[i]));
  }
  return largest;
}

std::vector<std::uint8_t> stream_of(const Image& image) {
  const std::string bytes = encode_jpeg(image, 95);
  return {bytes.begin(), bytes.end()};
}

TEST(EncodeJpeg, IsReadBackWithinItsLoss) {
  for (const int channels : {1, 3}) {
    const Image image = smooth(90, 70, channels);
    const Image back = decode_image(stream_of(image), "test");
    EXPECT_EQ(back.channels, channels);
    EXPECT_LE(largest_difference(back, image), 8);
  }
}

TEST(EncodeJpeg, RefusesOtherImages) {
  EXPECT_THROW(static_cast<void>(encode_jpeg(make_image(4, 4, 4))), Error);
  EXPECT_THROW(static_cast<void>(encode_jpeg(make_image(4, 4, 3), 0)), Error);
}

TEST(WritePicture, TheExtensionPicksTheFormat) {
  const auto folder = std::filesystem::path(::testing::TempDir()) / "galen-write-picture";
  std::filesystem::create_directories(folder);
  write_picture(folder / "a.jpg", smooth(16, 16, 3));
  write_picture(folder / "a.png", smooth(16, 16, 3));
  EXPECT_EQ(read_prefix(folder / "a.jpg", 2), "\xFF\xD8");
  EXPECT_EQ(read_prefix(folder / "a.png", 4), "\x89PNG");
  EXPECT_THROW(write_picture(folder / "a.bmp", smooth(16, 16, 3)), Error);
}

TEST(JpegTile, AtFullSizeIsTheImage) {
  const Image image = smooth(64, 48, 3);
  const auto stream = stream_of(image);
  const Image tile = decode_jpeg_tile({}, stream, {64, 48, 3, true, 1}, "test");
  EXPECT_EQ(tile.data, decode_image(stream, "test").data);
}

TEST(JpegTile, ShrunkIsCloseToTheMeanOfSquares) {
  const Image image = smooth(128, 96, 3);
  const auto stream = stream_of(image);
  for (const int reduction : {2, 4, 8}) {
    const Image tile = decode_jpeg_tile({}, stream, {128, 96, 3, true, reduction}, "test");
    EXPECT_EQ(tile.width, 128 / reduction);
    EXPECT_EQ(tile.height, 96 / reduction);
    EXPECT_LE(largest_difference(tile, shrunk(image, reduction)), 6) << reduction;
  }
}

TEST(JpegTile, ColoursAreThoseOfTheCallerNotOfTheMarkers) {
  const Image image = smooth(32, 32, 3);
  const auto stream = stream_of(image);  // JFIF, which says YCbCr
  const Image raw = decode_jpeg_tile({}, stream, {32, 32, 3, false, 1}, "test");
  const Image rgb = decode_jpeg_tile({}, stream, {32, 32, 3, true, 1}, "test");
  EXPECT_NE(raw.data, rgb.data);
  const double luma = 0.299 * rgb.data[0] + 0.587 * rgb.data[1] + 0.114 * rgb.data[2];
  EXPECT_NEAR(raw.data[0], luma, 3);
}

TEST(JpegTile, RefusesADamagedStreamAndAnotherSize) {
  const auto stream = stream_of(smooth(64, 48, 3));
  const auto kind_of = [&](std::span<const std::uint8_t> bytes, const JpegTile& tile) {
    try {
      static_cast<void>(decode_jpeg_tile({}, bytes, tile, "test"));
    } catch (const Error& error) {
      return error.kind();
    }
    return ErrorKind::internal;
  };
  EXPECT_EQ(kind_of(std::span(stream).first(stream.size() / 2), {64, 48, 3, true, 1}),
            ErrorKind::malformed);
  EXPECT_EQ(kind_of({}, {64, 48, 3, true, 1}), ErrorKind::malformed);
  EXPECT_EQ(kind_of(stream, {64, 64, 3, true, 1}), ErrorKind::malformed);
  EXPECT_EQ(kind_of(stream, {64, 48, 1, false, 1}), ErrorKind::malformed);
}

}  // namespace
}  // namespace galen::raster
