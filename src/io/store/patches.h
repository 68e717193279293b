#pragma once
// Features of a slide's patches, as TRIDENT and CLAM keep them: an HDF5 file with `features` and
// `coords`, or a safetensors file with tensors of the same names.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace galen::store {

using Attribute = std::variant<std::int64_t, double, std::string>;

struct Patches {
  std::size_t count = 0;
  std::size_t width = 0;
  std::vector<float> features;       ///< count x width
  std::vector<std::int64_t> coords;  ///< count x (x, y), level-0 pixels; empty when not known
  /// Of `coords`: patch_size, patch_size_level0, level0_magnification, ... as TRIDENT names them.
  std::map<std::string, Attribute> attributes;
};

struct PatchShape {
  std::size_t count = 0;
  std::size_t width = 0;
};

/// Reads `features` (count x width, or 1 x count x width; any float type) and, when there, `coords`
/// (count x 2) with their attributes. The content decides the format. Throws not_found, malformed,
/// unsupported (data in other files), limit_exceeded beyond 2^31 values. `dataset` takes the place
/// of `features`: `attention` of the maps that `galen train mil` writes.
[[nodiscard]] Patches read_patches(const std::filesystem::path& path,
                                   const std::string& dataset = "features");
/// The shape of `features` alone; same errors.
[[nodiscard]] PatchShape read_patch_shape(const std::filesystem::path& path);

/// Writes an HDF5 file of TRIDENT's layout; it appears under its name only when complete. `dataset`
/// names what `patches.features` holds. Throws io, permission, not_found for a missing folder.
void write_patches(const std::filesystem::path& path, const Patches& patches,
                   const std::string& dataset = "features");

/// The places of patches without features.
struct Coords {
  std::vector<std::int64_t> values;  ///< (x, y) after (x, y), level-0 pixels
  std::map<std::string, Attribute> attributes;
};

/// As write_patches, for features that need not fit in memory: `next` gives the rows that follow,
/// any number at a time, until all shape.count have come.
void write_patches(const std::filesystem::path& path, const PatchShape& shape,
                   const std::function<std::vector<float>()>& next, const Coords& coords);

/// Reads `coords` of an HDF5 file, with or without features beside it. Throws not_found, malformed,
/// unsupported, limit_exceeded.
[[nodiscard]] Coords read_coords(const std::filesystem::path& path);

/// Writes `coords` alone, two numbers a patch, as TRIDENT does before there are features. Same
/// errors.
void write_coords(const std::filesystem::path& path, const Coords& coords);

}  // namespace galen::store
