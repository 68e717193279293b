#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include <galen/geometry.h>

namespace galen {

/// What a voxel value means.
enum class VoxelUnit { arbitrary, hounsfield };

/// Gives the nx * ny values of slice k at time t: x fastest, then y; rescale already applied.
/// Thread-safe. A series decodes the slice here, at each call; throws malformed or unsupported for
/// its pixels, io for a file that has gone.
using SliceReader = std::function<std::vector<float>(int k, int t)>;

/// A 3-D or 4-D image with patient geometry, from a DICOM series or a NIfTI file. Copies share the
/// pixels.
struct Volume {
  std::string modality;             ///< "CT", "MR", "PT" ...; empty when the file does not say
  std::array<int, 4> shape{};       ///< nx, ny, nz, nt (nt = 1 for 3-D), each >= 1
  SliceReader read_slice;           ///< of a long series a model sees only some slices
  Affine affine{};                  ///< voxel index to patient LPS millimetres
  std::array<double, 3> spacing{};  ///< millimetres along i, j, k
  VoxelUnit unit = VoxelUnit::arbitrary;
  std::vector<std::string>
      notes;  ///< gaps, tilt, mixed spacing, dropped instances; one sentence each

  /// Slice k, 0 .. nz - 1, at time t, 0 .. nt - 1.
  [[nodiscard]] std::vector<float> slice(int k, int t = 0) const { return read_slice(k, t); }
};

/// Limit checked before memory is taken: 2^30 voxels (4 GiB).
inline constexpr std::size_t kMaxVoxels = std::size_t{1} << 30;

/// Slices of voxels that are all in memory: x fastest, then y, z, t. Throws invalid_argument when
/// their number is not that of the shape.
[[nodiscard]] SliceReader slices_of(std::vector<float> voxels, const std::array<int, 4>& shape);

/// All values of a volume, x fastest, then y, z, t; slices are read in parallel. Throws what
/// SliceReader throws.
[[nodiscard]] std::vector<float> voxels(const Volume& volume);

}  // namespace galen
