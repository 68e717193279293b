#include "vision/slice_views.h"

#include <fmt/format.h>

#include "base/parallel.h"
#include "vision/fit.h"
#include "vision/preprocess/slices.h"

namespace galen::vision {

std::vector<View> slice_views(int count, const ViewRecipe& recipe,
                              const std::function<Image(int)>& picture) {
  const std::vector<int> slices = sample_slices(count, recipe.max_slices);
  std::vector<View> views(slices.size());
  parallel_for(slices.size(), 0, [&](std::size_t i) {
    views[i].pixels = fit(picture(slices[i]), recipe, 1);
    if (slices.size() > 1) views[i].caption = fmt::format("SLICE {}", i + 1);
  });
  return views;
}

}  // namespace galen::vision
