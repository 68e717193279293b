#include "tasks/report/study_pictures.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "vision/preprocess/resize.h"
#include "vision/preview.h"

namespace galen::tasks {
namespace {

constexpr int kLongestSide = 1024;

}  // namespace

ReportPicture boxes_picture(const Image& picture, std::span<const vision::LabelledBox> boxes) {
  const double scale =
      std::min(1.0, double{kLongestSide} / std::max(picture.width, picture.height));
  const auto scaled = [scale](int side) {
    return std::max(1, static_cast<int>(std::lround(side * scale)));
  };
  Image small = vision::resize_bilinear_pil(picture, scaled(picture.width), scaled(picture.height));
  std::vector<vision::LabelledBox> drawn(boxes.begin(), boxes.end());
  std::string labels;
  for (vision::LabelledBox& box : drawn) {
    box = {box.x0 * scale, box.y0 * scale, box.x1 * scale, box.y1 * scale, box.label};
    labels += (labels.empty() ? "" : ", ") + box.label;
  }
  vision::draw_boxes(small, drawn);
  return {std::move(small), "Located by the model: " + labels};
}

std::optional<ReportPicture> contact_sheet(const std::vector<Input>& inputs,
                                           const vision::ViewRecipe& recipe,
                                           const std::string& title) {
  std::vector<vision::View> views;
  for (const Input& input : inputs) {
    for (vision::View& view : vision::make_views(input, recipe)) views.push_back(std::move(view));
  }
  if (views.empty()) return std::nullopt;
  const std::string caption =
      views.size() == 1
          ? title + ": one image"
          : fmt::format("{}: {} images, in the order of reading", title, views.size());
  return ReportPicture{vision::preview(views), caption};
}

}  // namespace galen::tasks
