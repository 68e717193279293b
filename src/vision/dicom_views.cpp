#include "vision/dicom_views.h"

#include <functional>

#include "vision/fit.h"
#include "vision/preprocess/intensity.h"
#include "vision/slice_views.h"

namespace galen::vision {
namespace {

Image other_grey(const DicomImage& dicom, const std::vector<float>& values) {
  const bool is_radiograph = dicom.modality == "CR" || dicom.modality == "DX";
  if (is_radiograph || !dicom.window || !(dicom.window->low < dicom.window->high)) {
    return radiograph_grey(values, dicom.width, dicom.height,
                           {dicom.bits_stored, dicom.is_signed, dicom.is_inverted});
  }
  Image grey = grey_of_range(
      values, dicom.width, dicom.height,
      {static_cast<float>(dicom.window->low), static_cast<float>(dicom.window->high)});
  if (dicom.is_inverted) {
    for (std::uint8_t& sample : grey.data) sample = static_cast<std::uint8_t>(255 - sample);
  }
  return grey;
}

/// Frames to pictures. Holds what must be known of all frames before the first is shown.
std::function<Image(int)> picture_maker(const DicomImage& dicom, const ViewRecipe& recipe) {
  ValueRange range;
  if (dicom.modality == "MR") {
    range = finite_range(dicom.frames[0].grey);
    for (const DicomFrame& frame : dicom.frames) {
      if (!frame.grey.empty()) range = joined(range, finite_range(frame.grey));
    }
  }
  return [&dicom, &recipe, range](int index) {
    const DicomFrame& frame = dicom.frames[static_cast<std::size_t>(index)];
    if (frame.grey.empty()) return frame.colour;
    if (dicom.modality == "CT") {
      return ct_rgb(frame.grey, dicom.width, dicom.height, recipe.ct_windows);
    }
    if (dicom.modality == "MR") {
      return grey_of_range(frame.grey, dicom.width, dicom.height, range);
    }
    return other_grey(dicom, frame.grey);
  };
}

}  // namespace

Image dicom_picture(const DicomImage& dicom, const ViewRecipe& recipe) {
  return picture_maker(dicom, recipe)(static_cast<int>(dicom.frames.size() / 2));
}

std::vector<View> dicom_views(const DicomImage& dicom, const ViewRecipe& recipe) {
  if (dicom.modality == "CT" || dicom.modality == "MR") {
    return slice_views(static_cast<int>(dicom.frames.size()), recipe, picture_maker(dicom, recipe));
  }
  return {{fit(dicom_picture(dicom, recipe), recipe), ""}};
}

}  // namespace galen::vision
