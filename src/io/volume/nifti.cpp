#include "io/volume/nifti.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <nifti2_io.h>
#include <utility>
#include <vector>

#include "base/checked.h"
#include "base/file.h"
#include "base/raise.h"
#include "io/volume/gzip.h"
#include "io/volume/nifti_header.h"

namespace galen::volume {
namespace {

using Bytes = std::span<const std::uint8_t>;

template <typename T>
T load(const std::uint8_t* bytes, bool swapped) {
  std::array<std::uint8_t, sizeof(T)> ordered;
  std::memcpy(ordered.data(), bytes, sizeof(T));
  if (swapped) std::reverse(ordered.begin(), ordered.end());
  T value;
  std::memcpy(&value, ordered.data(), sizeof(T));
  return value;
}

template <typename T>
void convert(const std::uint8_t* bytes, const NiftiHeader& header, std::vector<float>& voxels) {
  for (std::size_t i = 0; i < voxels.size(); ++i) {
    const T value = load<T>(bytes + i * sizeof(T), header.is_swapped);
    voxels[i] = static_cast<float>(static_cast<double>(value) * header.slope + header.intercept);
  }
}

void convert_any(const std::uint8_t* bytes, const NiftiHeader& header, std::vector<float>& voxels) {
  switch (header.datatype) {
    case NIFTI_TYPE_UINT8: return convert<std::uint8_t>(bytes, header, voxels);
    case NIFTI_TYPE_INT8: return convert<std::int8_t>(bytes, header, voxels);
    case NIFTI_TYPE_INT16: return convert<std::int16_t>(bytes, header, voxels);
    case NIFTI_TYPE_UINT16: return convert<std::uint16_t>(bytes, header, voxels);
    case NIFTI_TYPE_INT32: return convert<std::int32_t>(bytes, header, voxels);
    case NIFTI_TYPE_UINT32: return convert<std::uint32_t>(bytes, header, voxels);
    case NIFTI_TYPE_FLOAT32: return convert<float>(bytes, header, voxels);
    case NIFTI_TYPE_INT64: return convert<std::int64_t>(bytes, header, voxels);
    case NIFTI_TYPE_UINT64: return convert<std::uint64_t>(bytes, header, voxels);
    case NIFTI_TYPE_FLOAT64: return convert<double>(bytes, header, voxels);
    default: raise(ErrorKind::internal, "NIfTI type {} was not refused", header.datatype);
  }
}

Volume make_volume(const NiftiHeader& header, Bytes file, const std::string& name) {
  const std::size_t wanted = header.voxels() * header.bytes_per_voxel;
  if (header.voxel_offset > file.size() || file.size() - header.voxel_offset < wanted) {
    raise(ErrorKind::malformed, "{}: {} bytes, the header asks for {} from byte {} on", name,
          file.size(), wanted, header.voxel_offset);
  }
  Volume volume;
  volume.shape = header.shape;
  volume.affine = header.affine;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    volume.spacing[axis] =
        std::hypot(header.affine[0][axis], header.affine[1][axis], header.affine[2][axis]);
    if (!(volume.spacing[axis] > 0)) {
      raise(ErrorKind::malformed, "{}: the voxels have no extent along axis {}", name, axis);
    }
  }
  if (!header.has_orientation)
    volume.notes.emplace_back("no orientation in the file, voxel sizes only");
  std::vector<float> voxels(header.voxels());
  convert_any(file.data() + header.voxel_offset, header, voxels);
  volume.read_slice = slices_of(std::move(voxels), volume.shape);
  return volume;
}

/// The bytes of a file up to `count`, unpacked if they are under gzip; `storage` keeps those.
Bytes unpacked(Bytes file, std::size_t count, std::vector<std::uint8_t>& storage,
               const std::string& name) {
  if (!is_gzip(file)) return file;
  storage = gunzip_prefix(file, count, name);
  return storage;
}

std::size_t bytes_needed(const NiftiHeader& header) {
  return checked_add(header.voxel_offset, header.voxels() * header.bytes_per_voxel,
                     "end of the voxels");
}

NiftiHeader read_header(Bytes file, const std::string& name) {
  std::vector<std::uint8_t> storage;
  return parse_nifti_header(unpacked(file, kNifti2HeaderSize, storage, name), name);
}

/// x.hdr to x.img and back, with .gz kept.
std::filesystem::path partner(const std::filesystem::path& path, const char* extension) {
  std::filesystem::path other = path;
  if (path.extension() != ".gz") return other.replace_extension(extension);
  other.replace_extension();
  other.replace_extension(extension);
  return other += ".gz";
}

bool has_extension(const std::filesystem::path& path, const char* extension) {
  return path.extension() == extension ||
         (path.extension() == ".gz" && path.stem().extension() == extension);
}

Volume read_voxels(const NiftiHeader& header, Bytes file, const std::string& name) {
  std::vector<std::uint8_t> storage;
  return make_volume(header, unpacked(file, bytes_needed(header), storage, name), name);
}

}  // namespace

bool is_nifti(std::string_view prefix, const std::filesystem::path& path) {
  const Bytes bytes(reinterpret_cast<const std::uint8_t*>(prefix.data()), prefix.size());
  try {
    std::vector<std::uint8_t> storage;
    if (has_nifti_magic(unpacked(bytes, kNifti2HeaderSize, storage, path.string()))) return true;
    if (!has_extension(path, ".img")) return false;
    const std::filesystem::path header = partner(path, ".hdr");
    return std::filesystem::exists(header) && is_nifti(read_prefix(header, 1024), header);
  } catch (const Error&) {
    return false;
  }
}

Volume parse_nifti(std::span<const std::uint8_t> bytes, const std::string& name) {
  const NiftiHeader header = read_header(bytes, name);
  if (header.is_pair) {
    raise(ErrorKind::invalid_argument, "{}: a header whose voxels are in an .img file", name);
  }
  return read_voxels(header, bytes, name);
}

Volume read_nifti(const std::filesystem::path& path) {
  if (has_extension(path, ".img")) return read_nifti(partner(path, ".hdr"));
  const MappedFile file(path);
  const NiftiHeader header = read_header(file.bytes(), path.string());
  if (!header.is_pair) return read_voxels(header, file.bytes(), path.string());
  const std::filesystem::path voxels = partner(path, ".img");
  const MappedFile image(voxels);
  return read_voxels(header, image.bytes(), voxels.string());
}

}  // namespace galen::volume
