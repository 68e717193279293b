#include "vision/fit.h"

#include <utility>

#include "vision/preprocess/resize.h"
#include "vision/preprocess/rgb.h"

namespace galen::vision {

Image fit(Image image, const ViewRecipe& recipe, int threads) {
  image = to_rgb8(std::move(image));
  if (recipe.pad_to_square) image = pad_to_square(std::move(image));
  const auto resize =
      recipe.resampling == Resampling::pil ? resize_bilinear_pil : resize_bilinear_tf;
  return resize(image, recipe.image_size, recipe.image_size, threads);
}

}  // namespace galen::vision
