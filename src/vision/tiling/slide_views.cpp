#include "vision/tiling/slide_views.h"

#include <utility>

#include "base/parallel.h"
#include "base/raise.h"
#include "vision/preprocess/resize.h"
#include "vision/tiling/tissue_patches.h"

namespace galen::vision {
namespace {

constexpr double kMinTissue = 0.1;
constexpr std::uint64_t kSeed = 42;

void check_recipe(const ViewRecipe& recipe) {
  if (recipe.patch_size < 1 || recipe.image_size < 1 || recipe.max_patches < 1 ||
      !(recipe.patch_mpp > 0)) {
    raise(ErrorKind::invalid_argument,
          "{} patches of {} pixels at {} micrometres per pixel, shown at {} pixels: all must be "
          "above 0",
          recipe.max_patches, recipe.patch_size, recipe.patch_mpp, recipe.image_size);
  }
}

}  // namespace

std::vector<View> slide_views(const Slide& slide, const ViewRecipe& recipe) {
  check_recipe(recipe);
  const TissueMask mask = find_tissue(slide);
  const double side = recipe.patch_size * recipe.patch_mpp;
  const auto patches = draw_patches(tissue_patches(slide, mask, side, kMinTissue),
                                    static_cast<std::size_t>(recipe.max_patches), kSeed);
  if (patches.empty()) {
    raise(ErrorKind::unsupported,
          "the {} slide shows no tissue: no patch of {:.0f} micrometres has a tenth of its pixels "
          "above a "
          "saturation of {}",
          slide.vendor(), side, mask.threshold);
  }
  std::vector<View> views(patches.size());
  parallel_for(patches.size(), 0, [&](std::size_t i) {
    Image pixels = read_region(slide, patches[i].x, patches[i].y, recipe.patch_size,
                               recipe.patch_size, {recipe.patch_mpp, recipe.patch_mpp});
    if (recipe.image_size != recipe.patch_size) {
      pixels = resize_bilinear_pil(pixels, recipe.image_size, recipe.image_size, 1);
    }
    views[i].pixels = std::move(pixels);
  });
  return views;
}

}  // namespace galen::vision
