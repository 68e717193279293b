#include "tasks/report/located_image.h"

#include <array>

#include "base/raise.h"
#include "vision/overlay.h"
#include "vision/preprocess/rgb.h"
#include "vision/preprocess/slices.h"
#include "vision/volume_views.h"

namespace galen::tasks {

LocatedImage::LocatedImage(const StudyInput& study, int number, const vision::ViewRecipe& recipe)
    : study_(study) {
  const auto* volume = std::get_if<Volume>(&study.inputs.front().value);
  if (volume == nullptr) {
    if (number > 1)
      raise(ErrorKind::invalid_argument, "--locate-slice {}: the study is no volume", number);
    picture_ = vision::located_picture(study.inputs);
    return;
  }
  const std::vector<int> shown = vision::sample_slices(volume->shape[2], recipe.max_slices);
  const int count = static_cast<int>(shown.size());
  if (number > count) {
    raise(ErrorKind::invalid_argument, "--locate-slice {}: the model is shown {} slices", number,
          count);
  }
  index_ = static_cast<std::size_t>(number > 0 ? number - 1 : count / 2);
  picture_ = vision::to_rgb8(vision::volume_picture(*volume, recipe, shown[index_]));
}

ReportBox LocatedImage::stored(const Box& box) const {
  std::array<double, 4> corners{box.x0, box.y0, box.x1, box.y1};
  if (const auto* volume = std::get_if<Volume>(&study_.inputs.front().value))
    corners = vision::stored_box(*volume, corners);
  return {index_, corners[0], corners[1], corners[2], corners[3], box.label};
}

}  // namespace galen::tasks
