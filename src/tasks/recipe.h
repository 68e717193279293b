#pragma once

#include "model/profile.h"
#include "vision/view.h"

namespace galen::tasks {

/// How a model wants its inputs, from its profile.
[[nodiscard]] inline vision::ViewRecipe recipe_of(const model::Profile& profile) {
  vision::ViewRecipe recipe;
  recipe.image_size = profile.image_size;
  recipe.pad_to_square = profile.pad_to_square;
  if (!profile.ct_windows.empty()) recipe.ct_windows = profile.ct_windows;
  recipe.max_slices = profile.max_slices;
  recipe.max_patches = profile.max_patches;
  recipe.patch_size = profile.patch_size;
  recipe.patch_mpp = profile.patch_mpp;
  return recipe;
}

}  // namespace galen::tasks
