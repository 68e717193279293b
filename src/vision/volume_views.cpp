#include "vision/volume_views.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/parallel.h"
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

std::vector<float> upright(std::vector<float> stored, const Walk& walk) {
  if (walk.right == 1 && walk.down == walk.width) return stored;
  std::vector<float> values(stored.size());
  float* out = values.data();
  for (int y = 0; y < walk.height; ++y) {
    const float* const row = stored.data() + walk.start + y * walk.down;
    for (int x = 0; x < walk.width; ++x) *out++ = row[x * walk.right];
  }
  return values;
}

/// Of the first time point. Slices are read for this alone, so that a long series needs no more
/// memory than a short one.
ValueRange range_of(const Volume& volume) {
  std::vector<ValueRange> ranges(static_cast<std::size_t>(volume.shape[2]));
  parallel_for(ranges.size(), 0,
               [&](std::size_t k) { ranges[k] = finite_range(volume.slice(static_cast<int>(k))); });
  return std::accumulate(ranges.begin() + 1, ranges.end(), ranges.front(), joined);
}

/// Makes pictures of slices. Holds what must be known of all slices before the first is shown.
class SlicePictures {
 public:
  SlicePictures(const Volume& volume, const ViewRecipe& recipe)
      : volume_(volume), recipe_(recipe), walk_(upright_walk(volume)) {
    if (volume.unit == VoxelUnit::hounsfield) return;
    range_ = range_of(volume);
  }

  [[nodiscard]] Image picture(int k) const {
    const std::vector<float> values = upright(volume_.slice(k), walk_);
    return volume_.unit == VoxelUnit::hounsfield
               ? ct_rgb(values, walk_.width, walk_.height, recipe_.ct_windows)
               : grey_of_range(values, walk_.width, walk_.height, range_);
  }

 private:
  const Volume& volume_;
  const ViewRecipe& recipe_;
  Walk walk_;
  ValueRange range_;
};

}  // namespace

std::vector<View> volume_views(const Volume& volume, const ViewRecipe& recipe) {
  const SlicePictures pictures(volume, recipe);
  return slice_views(volume.shape[2], recipe, [&](int k) { return pictures.picture(k); });
}

Image volume_picture(const Volume& volume, const ViewRecipe& recipe, int k) {
  return SlicePictures(volume, recipe).picture(k);
}

std::pair<int, int> upright_size(const Volume& volume) {
  const Walk walk = upright_walk(volume);
  return {walk.width, walk.height};
}

std::array<double, 4> stored_box(const Volume& volume, const std::array<double, 4>& upright) {
  const Walk walk = upright_walk(volume);
  const auto [x0, y0, x1, y1] = upright;
  const bool is_turned = std::abs(walk.right) != 1;  // rows of the picture run along stored columns
  const double nx = volume.shape[0];
  const double ny = volume.shape[1];
  std::array<double, 4> box = is_turned ? std::array{y0, x0, y1, x1} : upright;
  if ((is_turned ? walk.down : walk.right) < 0) box = {nx - box[2], box[1], nx - box[0], box[3]};
  if ((is_turned ? walk.right : walk.down) < 0) box = {box[0], ny - box[3], box[2], ny - box[1]};
  return box;
}

}  // namespace galen::vision
