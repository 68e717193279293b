#pragma once
// The parts of a NIfTI header that a volume needs, checked.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include <galen/geometry.h>

namespace galen::volume {

inline constexpr std::size_t kNifti1HeaderSize = 348;
inline constexpr std::size_t kNifti2HeaderSize = 540;

struct NiftiHeader {
  std::array<int, 4> shape{};  ///< each >= 1, product <= kMaxVoxels
  int datatype = 0;            ///< NIFTI_TYPE_...
  std::size_t bytes_per_voxel = 0;
  bool is_swapped = false;       ///< the file's byte order is not this machine's
  bool is_pair = false;          ///< voxels are in an .img file
  std::size_t voxel_offset = 0;  ///< where they start in their file
  double slope = 1;
  double intercept = 0;
  bool has_orientation = false;  ///< false: `affine` holds voxel sizes only
  Affine affine{};               ///< voxel index to LPS millimetres

  [[nodiscard]] std::size_t voxels() const;
};

/// True for the first bytes of a NIfTI-1 or -2 header, either byte order.
[[nodiscard]] bool has_nifti_magic(std::span<const std::uint8_t> bytes);

/// Throws malformed, unsupported, limit_exceeded; `name` leads the message.
[[nodiscard]] NiftiHeader parse_nifti_header(std::span<const std::uint8_t> bytes,
                                             const std::string& name);

}  // namespace galen::volume
