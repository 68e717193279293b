#include "vision/volume_views.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "vision/preprocess/intensity.h"
#include "vision/slice_views.h"

namespace galen::vision {
namespace {

/// How to walk over a stored slice so that it comes out upright.
struct Walk {
  int width = 0;
  int height = 0;
  std::ptrdiff_t start = 0;
  std::ptrdiff_t right = 1;
  std::ptrdiff_t down = 1;
};

struct Axis {
  int size = 0;
  std::ptrdiff_t stride = 1;
  int patient = 0;           ///< nearest patient axis: 0 left, 1 posterior, 2 superior
  bool is_backward = false;  ///< runs against the way it is looked at
};

Axis axis_of(const Volume& volume, std::size_t index, std::ptrdiff_t stride) {
  Axis axis{volume.shape[index], stride, static_cast<int>(index), false};
  double longest = 0;
  for (std::size_t row = 0; row < 3; ++row) {
    const double component = volume.affine[row][index];
    if (std::abs(component) <= longest) continue;
    longest = std::abs(component);
    axis.patient = static_cast<int>(row);
    axis.is_backward = (component < 0) != (row == 2);  // superior is looked at upwards
  }
  return axis;
}

Walk upright_walk(const Volume& volume) {
  Axis right = axis_of(volume, 0, 1);
  Axis down = axis_of(volume, 1, volume.shape[0]);
  if (right.patient > down.patient) std::swap(right, down);
  Walk walk{right.size, down.size, 0, right.stride, down.stride};
  for (const auto& [axis, step] : {std::pair{&right, &walk.right}, std::pair{&down, &walk.down}}) {
    if (!axis->is_backward) continue;
    walk.start += (axis->size - 1) * axis->stride;
    *step = -axis->stride;
  }
  return walk;
}

std::vector<float> upright_slice(const Volume& volume, const Walk& walk, int k) {
  std::vector<float> values;
  values.reserve(static_cast<std::size_t>(walk.width) * static_cast<std::size_t>(walk.height));
  const float* const start = volume.slice(k) + walk.start;
  for (int y = 0; y < walk.height; ++y) {
    for (int x = 0; x < walk.width; ++x) values.push_back(start[y * walk.down + x * walk.right]);
  }
  return values;
}

}  // namespace

std::vector<View> volume_views(const Volume& volume, const ViewRecipe& recipe) {
  const Walk walk = upright_walk(volume);
  const bool is_ct = volume.unit == VoxelUnit::hounsfield;
  const std::size_t first = volume.voxels.size() / static_cast<std::size_t>(volume.shape[3]);
  const ValueRange range =
      is_ct ? ValueRange{} : finite_range(std::span(volume.voxels).first(first));
  return slice_views(volume.shape[2], recipe, [&](int k) {
    const std::vector<float> values = upright_slice(volume, walk, k);
    return is_ct ? ct_rgb(values, walk.width, walk.height, recipe.ct_windows)
                 : grey_of_range(values, walk.width, walk.height, range);
  });
}

}  // namespace galen::vision
