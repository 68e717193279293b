#include "vision/overlay.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "base/raise.h"
#include "vision/dicom_views.h"
#include "vision/preprocess/rgb.h"

namespace galen::vision {
namespace {

using Colour = std::array<std::uint8_t, 3>;

// Apart for colour-blind readers too, and none of them grey: vermilion, sky blue, yellow, bluish
// green, reddish purple, orange, blue (Okabe and Ito 2008).
constexpr std::array<Colour, 7> kColours{{{213, 94, 0},
                                          {86, 180, 233},
                                          {240, 228, 66},
                                          {0, 158, 115},
                                          {204, 121, 167},
                                          {230, 159, 0},
                                          {0, 114, 178}}};

/// Columns left .. right - 1 and rows top .. bottom - 1.
struct Rectangle {
  int left;
  int top;
  int right;
  int bottom;
};

int to_pixel(double place, int size) {
  return static_cast<int>(std::lrint(std::clamp(place, 0.0, static_cast<double>(size))));
}

void fill(Image& picture, const Rectangle& area, const Colour& colour) {
  for (int y = area.top; y < area.bottom; ++y) {
    for (int x = area.left; x < area.right; ++x) {
      const std::size_t pixel =
          static_cast<std::size_t>(y) * static_cast<std::size_t>(picture.width) +
          static_cast<std::size_t>(x);
      std::ranges::copy(colour, picture.data.data() + 3 * pixel);
    }
  }
}

void outline(Image& picture, const Rectangle& box, int thickness, const Colour& colour) {
  const int inner_top = std::min(box.top + thickness, box.bottom);
  const int inner_bottom = std::max(box.bottom - thickness, box.top);
  fill(picture, {box.left, box.top, box.right, inner_top}, colour);
  fill(picture, {box.left, inner_bottom, box.right, box.bottom}, colour);
  fill(picture, {box.left, box.top, std::min(box.left + thickness, box.right), box.bottom}, colour);
  fill(picture, {std::max(box.right - thickness, box.left), box.top, box.right, box.bottom},
       colour);
}

}  // namespace

Image located_picture(std::span<const Input> inputs) {
  for (const Input& input : inputs) {
    if (const auto* image = std::get_if<Image>(&input.value)) return to_rgb8(*image);
    if (const auto* dicom = std::get_if<DicomImage>(&input.value)) {
      return to_rgb8(dicom_picture(*dicom, ViewRecipe{}));
    }
  }
  raise(ErrorKind::invalid_argument, "boxes need an image or a DICOM radiograph among the inputs");
}

void draw_boxes(Image& picture, std::span<const LabelledBox> boxes) {
  if (picture.channels != 3 || picture.bits != 8) {
    raise(ErrorKind::invalid_argument, "boxes are drawn into RGB8, not {} channels of {} bits",
          picture.channels, picture.bits);
  }
  const int thickness = std::max(2, std::max(picture.width, picture.height) / 300);
  std::vector<std::string> labels;
  for (const LabelledBox& box : boxes) {
    const auto known = std::ranges::find(labels, box.label);
    const auto index = static_cast<std::size_t>(known - labels.begin());
    if (known == labels.end()) labels.push_back(box.label);
    const Rectangle area{to_pixel(box.x0, picture.width), to_pixel(box.y0, picture.height),
                         to_pixel(box.x1, picture.width), to_pixel(box.y1, picture.height)};
    outline(picture, area, thickness, kColours[index % kColours.size()]);
  }
}

}  // namespace galen::vision
