#pragma once
// NIfTI-1 and NIfTI-2 (nifti.nimh.nih.gov): .nii, .nii.gz, and pairs of .hdr and .img.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include <galen/volume.h>

namespace galen::volume {

/// True when `prefix` (the first 1 KiB of a file, or all of it) is that of a NIfTI file, also under
/// gzip; or when `path` is an .img whose .hdr beside it is one.
[[nodiscard]] bool is_nifti(std::string_view prefix, const std::filesystem::path& path);

/// A 3-D or 4-D volume of any real number type, scaled by scl_slope and scl_inter. Geometry comes
/// from the sform, else the qform, else the voxel sizes alone (then noted); it is turned from
/// NIfTI's RAS to LPS and from metres or micrometres to millimetres. Every size is checked against
/// kMaxVoxels and the bytes there are before memory is taken; gzip is unpacked no further than the
/// header says. Throws not_found, unsupported (ANALYZE 7.5, complex and colour voxels, five and
/// more dimensions), malformed, limit_exceeded.
[[nodiscard]] Volume read_nifti(const std::filesystem::path& path);

/// The same for a single file in memory. `name` leads every error.
[[nodiscard]] Volume parse_nifti(std::span<const std::uint8_t> bytes, const std::string& name);

}  // namespace galen::volume
