#include <algorithm>
#include <memory>
#include <utility>

#include <galen/volume.h>

#include "base/parallel.h"
#include "base/raise.h"

namespace galen {
namespace {

std::size_t plane_of(const std::array<int, 4>& shape) {
  return static_cast<std::size_t>(shape[0]) * static_cast<std::size_t>(shape[1]);
}

std::size_t slices_in(const std::array<int, 4>& shape) {
  return static_cast<std::size_t>(shape[2]) * static_cast<std::size_t>(shape[3]);
}

}  // namespace

SliceReader slices_of(std::vector<float> voxels, const std::array<int, 4>& shape) {
  const std::size_t plane = plane_of(shape);
  if (voxels.size() != plane * slices_in(shape)) {
    raise(ErrorKind::invalid_argument, "{} voxels for a volume of {} x {} x {} x {}", voxels.size(),
          shape[0], shape[1], shape[2], shape[3]);
  }
  const auto shared = std::make_shared<const std::vector<float>>(std::move(voxels));
  return [shared, plane, nz = shape[2]](int k, int t) {
    const auto index =
        static_cast<std::size_t>(t) * static_cast<std::size_t>(nz) + static_cast<std::size_t>(k);
    const auto first = shared->begin() + static_cast<std::ptrdiff_t>(index * plane);
    return std::vector<float>(first, first + static_cast<std::ptrdiff_t>(plane));
  };
}

std::vector<float> voxels(const Volume& volume) {
  const std::size_t plane = plane_of(volume.shape);
  const auto nz = static_cast<std::size_t>(volume.shape[2]);
  std::vector<float> all(plane * slices_in(volume.shape));
  parallel_for(slices_in(volume.shape), 0, [&](std::size_t i) {
    const auto values = volume.slice(static_cast<int>(i % nz), static_cast<int>(i / nz));
    std::ranges::copy(values, all.begin() + static_cast<std::ptrdiff_t>(i * plane));
  });
  return all;
}

}  // namespace galen
