#pragma once
// NumPy's .npy files of float32 and int64. Format: numpy.lib.format, versions 1 to 3.

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace galen::store {

template <typename T>
struct Npy {
  std::vector<std::size_t> shape;  ///< the slowest dimension first (C order)
  std::vector<T> values;
};

/// Throws not_found, malformed, unsupported (another element type, Fortran order).
[[nodiscard]] Npy<float> read_npy_f32(const std::filesystem::path& path);
[[nodiscard]] Npy<std::int64_t> read_npy_i64(const std::filesystem::path& path);

/// `values` holds as many elements as `shape` states. The file appears complete or not at all.
void write_npy(const std::filesystem::path& path, const std::vector<std::size_t>& shape,
               std::span<const float> values);
void write_npy(const std::filesystem::path& path, const std::vector<std::size_t>& shape,
               std::span<const std::int64_t> values);

}  // namespace galen::store
