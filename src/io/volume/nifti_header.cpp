#include "io/volume/nifti_header.h"

#include <cmath>
#include <cstring>
#include <nifti2_io.h>

#include <galen/volume.h>

#include "base/checked.h"
#include "base/raise.h"

namespace galen::volume {
namespace {

static_assert(sizeof(nifti_1_header) == kNifti1HeaderSize);
static_assert(sizeof(nifti_2_header) == kNifti2HeaderSize);

std::int32_t header_size(std::span<const std::uint8_t> bytes, bool swapped) {
  std::uint32_t size = 0;
  std::memcpy(&size, bytes.data(), sizeof size);
  return static_cast<std::int32_t>(swapped ? __builtin_bswap32(size) : size);
}

/// NIfTI-1 fields in NIfTI-2's wider ones, so that one reader serves both.
nifti_2_header widened(const nifti_1_header& one) {
  nifti_2_header two{};
  std::memcpy(two.magic, one.magic, sizeof one.magic);
  two.datatype = one.datatype;
  for (int i = 0; i < 8; ++i) {
    two.dim[i] = one.dim[i];
    two.pixdim[i] = one.pixdim[i];
  }
  const bool is_offset = std::isfinite(one.vox_offset) && std::abs(one.vox_offset) < 1e15F;
  two.vox_offset = is_offset ? static_cast<std::int64_t>(one.vox_offset) : -1;
  two.scl_slope = one.scl_slope;
  two.scl_inter = one.scl_inter;
  two.qform_code = one.qform_code;
  two.sform_code = one.sform_code;
  two.quatern_b = one.quatern_b;
  two.quatern_c = one.quatern_c;
  two.quatern_d = one.quatern_d;
  two.qoffset_x = one.qoffset_x;
  two.qoffset_y = one.qoffset_y;
  two.qoffset_z = one.qoffset_z;
  for (int i = 0; i < 4; ++i) {
    two.srow_x[i] = one.srow_x[i];
    two.srow_y[i] = one.srow_y[i];
    two.srow_z[i] = one.srow_z[i];
  }
  two.xyzt_units = static_cast<unsigned char>(one.xyzt_units);
  return two;
}

nifti_2_header load_header(std::span<const std::uint8_t> bytes, bool& swapped,
                           const std::string& name) {
  if (!has_nifti_magic(bytes)) {
    const bool is_analyze = bytes.size() >= kNifti1HeaderSize &&
                            (header_size(bytes, false) == 348 || header_size(bytes, true) == 348);
    if (is_analyze) {
      raise(ErrorKind::unsupported, "{}: ANALYZE 7.5 has no orientation; convert it to NIfTI",
            name);
    }
    raise(ErrorKind::malformed, "{}: no NIfTI header in its {} bytes", name, bytes.size());
  }
  const std::int32_t plain = header_size(bytes, false);
  swapped = plain != 348 && plain != 540;
  if ((swapped ? header_size(bytes, true) : plain) == 348) {
    nifti_1_header one;
    std::memcpy(&one, bytes.data(), sizeof one);
    if (swapped) nifti_swap_as_nifti1(&one);
    return widened(one);
  }
  nifti_2_header two;
  std::memcpy(&two, bytes.data(), sizeof two);
  if (swapped) nifti_swap_as_nifti2(&two);
  return two;
}

std::size_t voxel_size(int datatype, const std::string& name) {
  switch (datatype) {
    case NIFTI_TYPE_UINT8:
    case NIFTI_TYPE_INT8: return 1;
    case NIFTI_TYPE_INT16:
    case NIFTI_TYPE_UINT16: return 2;
    case NIFTI_TYPE_INT32:
    case NIFTI_TYPE_UINT32:
    case NIFTI_TYPE_FLOAT32: return 4;
    case NIFTI_TYPE_INT64:
    case NIFTI_TYPE_UINT64:
    case NIFTI_TYPE_FLOAT64: return 8;
    default:
      raise(ErrorKind::unsupported,
            "{}: voxels of NIfTI type {} (real numbers of 8 to 64 bits are read)", name, datatype);
  }
}

std::array<int, 4> read_shape(const nifti_2_header& raw, const std::string& name) {
  if (raw.dim[0] < 1 || raw.dim[0] > 7) {
    raise(ErrorKind::malformed, "{}: {} dimensions, 1 to 7 are possible", name, raw.dim[0]);
  }
  std::array<int, 4> shape = {1, 1, 1, 1};
  std::size_t voxels = 1;
  for (int i = 1; i <= raw.dim[0]; ++i) {
    const std::int64_t size = raw.dim[i];
    if (size < 1) raise(ErrorKind::malformed, "{}: dimension {} has size {}", name, i, size);
    if (i > 4 && size > 1) {
      raise(ErrorKind::unsupported, "{}: dimension {} has size {}; 3-D and 4-D files are read",
            name, i, size);
    }
    if (static_cast<std::uint64_t>(size) > kMaxVoxels / voxels) {
      raise(ErrorKind::limit_exceeded, "{}: more than {} voxels", name, kMaxVoxels);
    }
    voxels *= static_cast<std::size_t>(size);
    if (i <= 4) shape[static_cast<std::size_t>(i - 1)] = static_cast<int>(size);
  }
  return shape;
}

double millimetres_per_unit(int xyzt_units) {
  const int space = xyzt_units & 0x07;
  if (space == NIFTI_UNITS_METER) return 1000;
  return space == NIFTI_UNITS_MICRON ? 0.001 : 1;
}

/// Voxel index to RAS, in the file's unit.
Affine ras_affine(const nifti_2_header& raw) {
  Affine affine{};
  affine[3][3] = 1;
  if (raw.sform_code > 0) {
    for (std::size_t i = 0; i < 4; ++i) {
      affine[0][i] = raw.srow_x[i];
      affine[1][i] = raw.srow_y[i];
      affine[2][i] = raw.srow_z[i];
    }
    return affine;
  }
  if (raw.qform_code > 0) {
    const nifti_dmat44 matrix = nifti_quatern_to_dmat44(
        raw.quatern_b, raw.quatern_c, raw.quatern_d, raw.qoffset_x, raw.qoffset_y, raw.qoffset_z,
        raw.pixdim[1], raw.pixdim[2], raw.pixdim[3], raw.pixdim[0]);
    for (std::size_t r = 0; r < 3; ++r) {
      for (std::size_t c = 0; c < 4; ++c) affine[r][c] = matrix.m[r][c];
    }
    return affine;
  }
  for (std::size_t i = 0; i < 3; ++i) affine[i][i] = raw.pixdim[i + 1];
  return affine;
}

Affine lps_affine(const nifti_2_header& raw, const std::string& name) {
  Affine affine = ras_affine(raw);
  const double scale = millimetres_per_unit(raw.xyzt_units);
  for (std::size_t r = 0; r < 3; ++r) {
    for (double& value : affine[r]) {
      value *= r < 2 ? -scale : scale;
      if (!std::isfinite(value))
        raise(ErrorKind::malformed, "{}: the orientation holds no finite numbers", name);
      value += 0.0;  // no negative zeros
    }
  }
  return affine;
}

}  // namespace

std::size_t NiftiHeader::voxels() const {
  std::size_t count = 1;
  for (const int size : shape) count *= static_cast<std::size_t>(size);
  return count;
}

bool has_nifti_magic(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < kNifti1HeaderSize) return false;
  for (const bool swapped : {false, true}) {
    const std::int32_t size = header_size(bytes, swapped);
    const std::uint8_t* one = bytes.data() + 344;
    if (size == 348 && (std::memcmp(one, "n+1", 4) == 0 || std::memcmp(one, "ni1", 4) == 0))
      return true;
    const std::uint8_t* two = bytes.data() + 4;
    if (size == 540 && bytes.size() >= kNifti2HeaderSize &&
        (std::memcmp(two, "n+2", 4) == 0 || std::memcmp(two, "ni2", 4) == 0)) {
      return true;
    }
  }
  return false;
}

NiftiHeader parse_nifti_header(std::span<const std::uint8_t> bytes, const std::string& name) {
  NiftiHeader header;
  const nifti_2_header raw = load_header(bytes, header.is_swapped, name);
  header.shape = read_shape(raw, name);
  header.datatype = raw.datatype;
  header.bytes_per_voxel = voxel_size(raw.datatype, name);
  header.is_pair = raw.magic[1] == 'i';
  const std::int64_t least = header.is_pair ? 0 : raw.magic[2] == '1' ? 352 : 544;
  if (raw.vox_offset < 0)
    raise(ErrorKind::malformed, "{}: vox_offset is negative or no number", name);
  header.voxel_offset = static_cast<std::size_t>(std::max(raw.vox_offset, least));
  if (std::isfinite(raw.scl_slope) && raw.scl_slope != 0) {
    header.slope = raw.scl_slope;
    header.intercept = std::isfinite(raw.scl_inter) ? raw.scl_inter : 0;
  }
  header.has_orientation = raw.sform_code > 0 || raw.qform_code > 0;
  header.affine = lps_affine(raw, name);
  return header;
}

}  // namespace galen::volume
