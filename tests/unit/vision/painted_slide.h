#pragma once
// A slide held in memory, painted by the tests.

#include <algorithm>
#include <atomic>
#include <cmath>
#include <utility>
#include <vector>

#include <galen/error.h>
#include <galen/slide.h>

namespace galen::vision {

class PaintedSlide final : public Slide {
 public:
  PaintedSlide(std::vector<Image> images, std::optional<Mpp> mpp)
      : images_(std::move(images)), mpp_(mpp) {
    for (const Image& image : images_) {
      levels_.push_back({image.width, image.height, double{images_[0].width * 1.0} / image.width});
    }
  }

  std::string vendor() const override { return "painted"; }
  const std::vector<SlideLevel>& levels() const override { return levels_; }
  std::optional<Mpp> mpp() const override { return mpp_; }
  std::vector<std::string> associated_names() const override { return {}; }
  Image associated_image(const std::string& name) const override {
    throw Error(ErrorKind::not_found, name);
  }

  Image read_level(int level, std::int64_t x, std::int64_t y, int width,
                   int height) const override {
    last_level = level;
    const Image& image = images_[static_cast<std::size_t>(level)];
    const double downsample = levels_[static_cast<std::size_t>(level)].downsample;
    const auto left = std::llround(static_cast<double>(x) / downsample);
    const auto top = std::llround(static_cast<double>(y) / downsample);
    Image part = make_image(width, height, 3);
    for (int row = 0; row < height; ++row) {
      for (int column = 0; column < width; ++column) {
        const bool inside = left + column >= 0 && left + column < image.width && top + row >= 0 &&
                            top + row < image.height;
        const std::int64_t at = ((top + row) * image.width + left + column) * 3;
        for (int channel = 0; channel < 3; ++channel) {
          part.data[(std::size_t(row) * width + column) * 3 + channel] =
              inside ? image.data[static_cast<std::size_t>(at + channel)] : 255;
        }
      }
    }
    return part;
  }

  mutable std::atomic<int> last_level = -1;

 private:
  std::vector<Image> images_;
  std::vector<SlideLevel> levels_;
  std::optional<Mpp> mpp_;
};

struct Rgb {
  std::uint8_t r, g, b;
};
inline constexpr Rgb kGlass{240, 238, 240};
inline constexpr Rgb kTissue{200, 100, 170};

inline void paint(Image& image, int x, int y, int width, int height, Rgb colour) {
  for (int row = y; row < y + height; ++row) {
    for (int column = x; column < x + width; ++column) {
      std::uint8_t* pixel = image.data.data() + (std::size_t(row) * image.width + column) * 3;
      pixel[0] = colour.r;
      pixel[1] = colour.g;
      pixel[2] = colour.b;
    }
  }
}

inline Image painted(int width, int height, Rgb colour) {
  Image image = make_image(width, height, 3);
  paint(image, 0, 0, width, height, colour);
  return image;
}

}  // namespace galen::vision
