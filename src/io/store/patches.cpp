#include "io/store/patches.h"

#include <cmath>

#include "base/checked.h"
#include "base/file.h"
#include "base/raise.h"
#include "io/store/hdf5.h"
#include "io/store/safetensors.h"

namespace galen::store {
namespace {

constexpr std::string_view kHdf5Magic("\x89HDF\r\n\x1a\n", 8);
constexpr std::size_t kMaxValues = std::size_t{1} << 31;
/// Whole numbers up to here are exact as float.
constexpr float kMaxCoordinate = 16777216.0F;

bool is_hdf5(const std::filesystem::path& path) {
  return read_prefix(path, kHdf5Magic.size()) == kHdf5Magic;
}

/// count x width, also behind a first dimension of 1.
template <typename Sizes>
PatchShape patch_shape(const Sizes& sizes, const std::string& file) {
  const std::size_t first = sizes.size() == 3 && sizes[0] == 1 ? 1 : 0;
  if (sizes.size() - first != 2) {
    raise(ErrorKind::malformed, "{}: the features have {} dimensions; patches x width are wanted",
          file, sizes.size());
  }
  const PatchShape shape{sizes[first], sizes[first + 1]};
  if (checked_mul(shape.count, shape.width, file) > kMaxValues) {
    raise(ErrorKind::limit_exceeded, "{}: {} x {} features, at most {} values are read", file,
          shape.count, shape.width, kMaxValues);
  }
  return shape;
}

PatchShape shape_of(const Hdf5Reader& reader, const std::string& dataset, const std::string& file) {
  const auto sizes = reader.shape(dataset);
  if (!sizes) raise(ErrorKind::malformed, "{}: no array '{}'", file, dataset);
  return patch_shape(*sizes, file);
}

void check(const Patches& patches, const std::string& file) {
  if (!patches.coords.empty() && patches.coords.size() != 2 * patches.count) {
    raise(ErrorKind::malformed, "{}: {} patches, but {} numbers in 'coords'; two each are wanted",
          file, patches.count, patches.coords.size());
  }
  for (std::size_t i = 0; i < patches.features.size(); ++i) {
    if (!std::isfinite(patches.features[i])) {
      raise(ErrorKind::malformed, "{}: patch {} has a feature that is not finite", file,
            i / patches.width);
    }
  }
}

Patches read_hdf5(const std::filesystem::path& path, const std::string& dataset) {
  const Hdf5Reader reader(path);
  const PatchShape shape = shape_of(reader, dataset, path.string());
  Patches patches{shape.count, shape.width, reader.floats(dataset), {}, {}};
  if (reader.shape("coords")) {
    patches.coords = reader.integers("coords");
    patches.attributes = reader.attributes("coords");
  }
  return patches;
}

Patches read_safetensors(const std::filesystem::path& path, const std::string& dataset) {
  const Safetensors file = Safetensors::open(path);
  const Tensor& features = file.tensor(dataset);
  const PatchShape shape = patch_shape(features.shape, path.string());
  Patches patches{shape.count, shape.width, file.floats(features), {}, {}};
  if (const Tensor* coords = file.find("coords")) {
    for (const float value : file.floats(*coords)) {
      if (!(std::abs(value) < kMaxCoordinate))
        raise(ErrorKind::malformed, "{}: 'coords' holds {}", path.string(), value);
      patches.coords.push_back(std::llround(value));
    }
  }
  return patches;
}

}  // namespace

Patches read_patches(const std::filesystem::path& path, const std::string& dataset) {
  Patches patches = is_hdf5(path) ? read_hdf5(path, dataset) : read_safetensors(path, dataset);
  check(patches, path.string());
  return patches;
}

PatchShape read_patch_shape(const std::filesystem::path& path) {
  if (is_hdf5(path)) return shape_of(Hdf5Reader(path), "features", path.string());
  const Safetensors file = Safetensors::open(path);
  return patch_shape(file.tensor("features").shape, path.string());
}

void write_patches(const std::filesystem::path& path, const Patches& patches,
                   const std::string& dataset) {
  AtomicFile file(path);
  Hdf5Writer writer(file.temporary());
  writer.write(dataset, std::vector<std::size_t>{patches.count, patches.width}, patches.features);
  if (!patches.coords.empty() || patches.count == 0) {
    writer.write("coords", std::vector<std::size_t>{patches.count, 2}, patches.coords,
                 patches.attributes);
  }
  writer.close();
  file.commit();
}

Coords read_coords(const std::filesystem::path& path) {
  const Hdf5Reader reader(path);
  const auto shape = reader.shape("coords");
  if (!shape || shape->size() != 2 || (*shape)[1] != 2) {
    raise(ErrorKind::malformed, "{}: no array 'coords' of two numbers a patch", path.string());
  }
  return {reader.integers("coords"), reader.attributes("coords")};
}

void write_coords(const std::filesystem::path& path, const Coords& coords) {
  AtomicFile file(path);
  Hdf5Writer writer(file.temporary());
  writer.write("coords", std::vector<std::size_t>{coords.values.size() / 2, 2}, coords.values,
               coords.attributes);
  writer.close();
  file.commit();
}

void write_patches(const std::filesystem::path& path, const PatchShape& shape,
                   const std::function<std::vector<float>()>& next, const Coords& coords) {
  AtomicFile file(path);
  Hdf5Writer writer(file.temporary());
  writer.write_rows("features", shape.count, shape.width, next);
  writer.write("coords", std::vector<std::size_t>{shape.count, 2}, coords.values,
               coords.attributes);
  writer.close();
  file.commit();
}

}  // namespace galen::store
