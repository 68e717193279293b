#include "vision/view.h"

#include <galen/error.h>

#include "vision/dicom_views.h"
#include "vision/fit.h"
#include "vision/tiling/slide_views.h"
#include "vision/volume_views.h"

namespace galen::vision {
namespace {

struct ViewsOf {
  const ViewRecipe& recipe;

  std::vector<View> operator()(const Image& image) const { return {{fit(image, recipe), ""}}; }
  std::vector<View> operator()(const DicomImage& dicom) const { return dicom_views(dicom, recipe); }
  std::vector<View> operator()(const Volume& volume) const { return volume_views(volume, recipe); }
  std::vector<View> operator()(const std::shared_ptr<Slide>& slide) const {
    return slide_views(*slide, recipe);
  }
  std::vector<View> operator()(const Record&) const { return {}; }
  std::vector<View> operator()(const TextDocument&) const { return {}; }
};

}  // namespace

std::vector<View> make_views(const Input& input, const ViewRecipe& recipe) {
  try {
    return std::visit(ViewsOf{recipe}, input.value);
  } catch (const Error& error) {
    // A reader names its file; what looks at pixels alone cannot.
    const std::string message = error.what();
    const std::string path = input.path.string();
    if (message.find(path) != std::string::npos) throw;
    throw Error(error.kind(), path + ": " + message);
  }
}

}  // namespace galen::vision
