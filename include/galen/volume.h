#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include <galen/geometry.h>

namespace galen {

/// What a voxel value means.
enum class VoxelUnit { arbitrary, hounsfield };

/// A 3-D or 4-D image with patient geometry, from a DICOM series or a NIfTI file.
struct Volume {
  std::string modality;             ///< "CT", "MR", "PT" ...; empty when the file does not say
  std::array<int, 4> shape{};       ///< nx, ny, nz, nt (nt = 1 for 3-D), each >= 1
  std::vector<float> voxels;        ///< x fastest, then y, z, t; rescale already applied
  Affine affine{};                  ///< voxel index to patient LPS millimetres
  std::array<double, 3> spacing{};  ///< millimetres along i, j, k
  VoxelUnit unit = VoxelUnit::arbitrary;
  std::vector<std::string>
      notes;  ///< gaps, tilt, mixed spacing, dropped instances; one sentence each

  /// The nx * ny values of slice k at time t.
  [[nodiscard]] const float* slice(int k, int t = 0) const {
    const auto plane = static_cast<std::size_t>(shape[0]) * static_cast<std::size_t>(shape[1]);
    return voxels.data() +
           plane * (static_cast<std::size_t>(t) * static_cast<std::size_t>(shape[2]) +
                    static_cast<std::size_t>(k));
  }
};

/// Limit checked before memory is taken: 2^30 voxels (4 GiB).
inline constexpr std::size_t kMaxVoxels = std::size_t{1} << 30;

}  // namespace galen
