#include "vision/view.h"

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
  return std::visit(ViewsOf{recipe}, input.value);
}

}  // namespace galen::vision
