#pragma once
// HDF5 files as named arrays: the one place that knows the HDF5 library. Calls take turns, because
// the library is not thread-safe.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "io/store/patches.h"

namespace galen::store {

/// A file opened for reading. Only arrays whose data lie in the file itself are read: links,
/// external storage and virtual datasets are refused.
class Hdf5Reader {
 public:
  /// Throws not_found, malformed.
  explicit Hdf5Reader(const std::filesystem::path& path);
  ~Hdf5Reader();
  Hdf5Reader(const Hdf5Reader&) = delete;
  Hdf5Reader& operator=(const Hdf5Reader&) = delete;

  /// Sizes of an array, or nothing when there is none of that name. Throws unsupported.
  [[nodiscard]] std::optional<std::vector<std::size_t>> shape(const std::string& array) const;
  /// A whole array of numbers, converted. Throws malformed, unsupported, limit_exceeded.
  [[nodiscard]] std::vector<float> floats(const std::string& array) const;
  [[nodiscard]] std::vector<std::int64_t> integers(const std::string& array) const;
  /// Its attributes that are one number or one text.
  [[nodiscard]] std::map<std::string, Attribute> attributes(const std::string& array) const;

 private:
  template <typename T>
  [[nodiscard]] std::vector<T> read(const std::string& array, std::int64_t memory_type) const;

  std::string name_;
  std::int64_t file_ = -1;
};

/// Writes a file array by array; the same arrays give the same bytes, at any time. Not atomic by
/// itself: write to an AtomicFile's temporary().
class Hdf5Writer {
 public:
  /// Throws io.
  explicit Hdf5Writer(const std::filesystem::path& path);
  ~Hdf5Writer();
  Hdf5Writer(const Hdf5Writer&) = delete;
  Hdf5Writer& operator=(const Hdf5Writer&) = delete;

  void write(const std::string& array, std::span<const std::size_t> shape,
             std::span<const float> values);
  void write(const std::string& array, std::span<const std::size_t> shape,
             std::span<const std::int64_t> values,
             const std::map<std::string, Attribute>& attributes = {});
  /// An array of `rows` x `width`, of which `next` gives some rows at a time.
  void write_rows(const std::string& array, std::size_t rows, std::size_t width,
                  const std::function<std::vector<float>()>& next);
  /// Closes the file. Throws io when the last bytes could not be written.
  void close();

 private:
  std::int64_t create(const std::string& array, std::span<const std::size_t> shape,
                      std::int64_t type, const void* values) const;

  std::string name_;
  std::int64_t file_ = -1;
};

}  // namespace galen::store
