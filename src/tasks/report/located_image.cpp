#include "tasks/report/located_image.h"

#include <algorithm>
#include <array>

#include "base/raise.h"
#include "vision/overlay.h"
#include "vision/preprocess/rgb.h"
#include "vision/preprocess/slices.h"
#include "vision/volume_views.h"

namespace galen::tasks {
namespace {

/// Of frames that were sampled as slices but make no volume: where the middle one, which
/// dicom_picture shows, stands among the images. Other files show that one alone.
std::size_t image_of_middle(const StudyInput& study, const DicomImage& dicom) {
  const std::size_t count = dicom.frames.size();
  if (count < 2 || study.images.size() < 2) return 0;
  const int middle = static_cast<int>(count / 2) + 1;
  const std::string& file = study.images.front().dicom->sop_instance_uid;
  const auto found = std::ranges::find_if(study.images, [&](const ReportImage& image) {
    return image.dicom && image.dicom->frame == middle && image.dicom->sop_instance_uid == file;
  });
  if (found == study.images.end()) {
    raise(ErrorKind::unsupported,
          "--locate: {} frames that make no volume, and the middle one is not among those shown",
          count);
  }
  return static_cast<std::size_t>(found - study.images.begin());
}

}  // namespace

LocatedImage::LocatedImage(const StudyInput& study, int number, const vision::ViewRecipe& recipe)
    : study_(study) {
  const auto* volume = std::get_if<Volume>(&study.inputs.front().value);
  if (volume == nullptr) {
    if (number > 1)
      raise(ErrorKind::invalid_argument, "--locate-slice {}: the study is no volume", number);
    picture_ = vision::located_picture(study.inputs);
    if (const auto* dicom = std::get_if<DicomImage>(&study.inputs.front().value))
      index_ = image_of_middle(study, *dicom);
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
