#include "train/views/recipes.h"

#include <cmath>

namespace galen::train {
namespace {

Recipe with(Recipe recipe, const Pathology& pathology) {
  for (ViewSpec& spec : recipe) {
    spec.has_right_turns = pathology.has_right_turns;
    spec.vertical_flip = pathology.vertical_flip;
    spec.is_centre_tied = pathology.is_centre_tied;
    spec.stain = pathology.stain;
  }
  return recipe;
}

/// A flipped random crop, normalised as ImageNet.
ViewSpec random_view(const char* name, int size, double scale_low, double scale_high) {
  ViewSpec spec;
  spec.name = name;
  spec.size = size;
  spec.scale_low = scale_low;
  spec.scale_high = scale_high;
  spec.flip = 0.5;
  spec.normalisation = kImageNet;
  return spec;
}

}  // namespace

Recipe simclr_recipe(int size, double strength, const Pathology& pathology) {
  ViewSpec spec = random_view("view", size, 0.08, 1);
  spec.count = 2;
  spec.filter = Filter::bicubic;
  spec.jitter = {0.8, 0.8 * strength, 0.8 * strength, 0.8 * strength, 0.2 * strength};
  spec.grey = 0.2;
  spec.blur.probability = 0.5;
  spec.normalisation.reset();
  return with({spec}, pathology);
}

Recipe moco_v3_recipe(int size, double scale_low, const Pathology& pathology) {
  ViewSpec first = random_view("first", size, scale_low, 1);
  first.jitter = {0.8, 0.4, 0.4, 0.2, 0.1};
  first.grey = 0.2;
  first.blur.probability = 1;
  ViewSpec second = first;
  second.name = "second";
  second.blur.probability = 0.1;
  second.solarise.probability = 0.2;
  return with({first, second}, pathology);
}

Recipe dino_recipe(int size, int local_size, int locals, const Pathology& pathology) {
  ViewSpec first = random_view("global", size, 0.4, 1);
  first.filter = Filter::bicubic;
  first.jitter = {0.8, 0.4, 0.4, 0.2, 0.1};
  first.grey = 0.2;
  first.blur.probability = 1;
  ViewSpec second = first;
  second.blur.probability = 0.1;
  second.solarise.probability = 0.2;
  ViewSpec local = first;
  local.name = "local";
  local.count = locals;
  local.size = local_size;
  local.scale_low = 0.05;
  local.scale_high = 0.4;
  local.blur.probability = 0.5;
  Recipe recipe{first, second};
  if (locals > 0) recipe.push_back(local);
  return with(recipe, pathology);
}

Recipe msn_recipe(int size, int focal_size, int focals, const Pathology& pathology) {
  ViewSpec target = random_view("target", size, 0.3, 1);
  target.jitter = {0.8, 0.4, 0.4, 0.4, 0.1};
  target.grey = 0.2;
  target.blur.probability = 0.5;
  ViewSpec anchor = target;
  anchor.name = "anchor";
  ViewSpec focal = target;
  focal.name = "focal";
  focal.count = focals;
  focal.size = focal_size;
  focal.scale_low = 0.05;
  focal.scale_high = 0.3;
  Recipe recipe{target, anchor};
  if (focals > 0) recipe.push_back(focal);
  return with(recipe, pathology);
}

Recipe mae_recipe(int size, const Pathology& pathology) {
  ViewSpec spec = random_view("view", size, 0.2, 1);
  spec.filter = Filter::bicubic;
  return with({spec}, pathology);
}

Recipe supervised_recipe(int size, const Pathology& pathology) {
  ViewSpec spec = random_view("view", size, 0.5, 1);
  spec.filter = Filter::bicubic;
  spec.jitter = {0.8, 0.2, 0.2, 0.1, 0.02};
  return with({spec}, pathology);
}

Recipe eval_recipe(int size, int resize) {
  ViewSpec spec = random_view("view", size, 1, 1);
  spec.flip = 0;
  spec.crop = Crop::centre;
  spec.filter = Filter::bicubic;
  spec.resize = resize > 0 ? resize : static_cast<int>(std::lround(size / 0.875));
  return {spec};
}

Recipe whole_recipe(int size) {
  ViewSpec spec = random_view("view", size, 1, 1);
  spec.flip = 0;
  spec.crop = Crop::whole;
  spec.normalisation = kHalf;
  return {spec};
}

}  // namespace galen::train
