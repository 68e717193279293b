#pragma once
// safetensors files: a reader that trusts nothing and a writer that streams.
// Format: README of the safetensors project, "Format".

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/file.h"
#include "io/store/dtype.h"

namespace galen::store {

/// One tensor of a file. `shape` as the file states it, the slowest dimension first.
struct Tensor {
  std::string name;
  Dtype dtype = Dtype::f32;
  std::vector<std::uint64_t> shape;
  std::uint64_t offset = 0;  ///< from the start of the file
  std::uint64_t bytes = 0;
  [[nodiscard]] std::uint64_t elements() const { return bytes / dtype_size(dtype); }
};

/// The checked content of a safetensors file. Immutable, so safe to share between threads.
class Safetensors {
 public:
  /// Maps and checks a file. Throws not_found, malformed, limit_exceeded (header above 100 MB),
  /// unsupported (an element type that Galen does not read).
  static Safetensors open(const std::filesystem::path& path);
  /// As open, on bytes that outlive the result. `name` stands in errors.
  static Safetensors parse(std::span<const std::uint8_t> bytes, const std::string& name);

  [[nodiscard]] const std::string& name() const { return name_; }
  /// In the order of their bytes.
  [[nodiscard]] const std::vector<Tensor>& tensors() const { return tensors_; }
  [[nodiscard]] const Tensor* find(std::string_view tensor) const;
  /// Throws malformed, naming the tensor, when there is none.
  [[nodiscard]] const Tensor& tensor(std::string_view name) const;
  [[nodiscard]] std::span<const std::uint8_t> data(const Tensor& tensor) const;
  /// A whole tensor as floats.
  [[nodiscard]] std::vector<float> floats(const Tensor& tensor) const;
  [[nodiscard]] const std::map<std::string, std::string>& metadata() const { return metadata_; }

 private:
  Safetensors() = default;
  void read_header();
  void check_layout() const;

  std::string name_;
  std::optional<MappedFile> map_;
  std::span<const std::uint8_t> bytes_;
  std::uint64_t data_begin_ = 0;
  std::vector<Tensor> tensors_;
  std::unordered_map<std::string, std::size_t> index_;
  std::map<std::string, std::string> metadata_;
};

/// Writes a file tensor by tensor; it appears under its name only with commit().
class SafetensorsWriter {
 public:
  /// `tensors` need name, dtype and shape; offsets are computed. Throws as AtomicFile.
  SafetensorsWriter(const std::filesystem::path& path, const std::vector<Tensor>& tensors,
                    const std::map<std::string, std::string>& metadata = {});
  /// The next bytes, in the order of `tensors`; pieces of any size.
  void write(std::span<const std::uint8_t> bytes);
  void write(std::span<const float> values);
  /// Throws internal when fewer or more bytes were written than the shapes state.
  void commit();

 private:
  AtomicFile file_;
  std::uint64_t expected_ = 0;
  std::uint64_t written_ = 0;
};

}  // namespace galen::store
