#pragma once
// Writes a GGUF file (version 3) in one pass: values and the tensor table first, then the data of
// each tensor in pieces, so that a file far larger than the memory can be written.

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"

namespace galen::model {

class GgufWriter {
 public:
  /// The file appears under its name only with commit(). Throws as AtomicFile.
  explicit GgufWriter(const std::filesystem::path& path);

  void text(std::string_view key, std::string_view value);
  void u32(std::string_view key, std::uint64_t value);  ///< throws limit_exceeded beyond 32 bits
  void f32(std::string_view key, double value);
  void flag(std::string_view key, bool value);
  void texts(std::string_view key, std::span<const std::string> values);
  void f32s(std::string_view key, std::span<const float> values);
  void i32s(std::string_view key, std::span<const std::int32_t> values);
  void flags(std::string_view key, const std::vector<bool>& values);
  /// A value as another file stores it (Gguf::value_type, Gguf::raw_value).
  void raw(std::string_view key, std::uint32_t type, std::span<const std::uint8_t> value);

  /// Declares the next tensor: `type` a ggml_type, `shape` fastest dimension first.
  void declare(std::string_view name, int type, std::span<const std::int64_t> shape);

  /// The next bytes of data, in the order of declaration, in pieces that do not span two tensors.
  /// The first call writes the header; nothing may be added after it.
  void write(std::span<const std::uint8_t> bytes);
  /// Throws internal when the data of a tensor is missing.
  void commit();

 private:
  void begin_value(std::string_view key, std::uint32_t type);
  void begin_array(std::string_view key, std::uint32_t type, std::uint64_t count);
  void write_header();

  AtomicFile file_;
  std::string values_;
  std::uint64_t value_count_ = 0;
  std::string table_;
  std::vector<std::uint64_t> sizes_;  ///< bytes of each tensor
  std::uint64_t offset_ = 0;          ///< of the next declared tensor
  bool header_written_ = false;
  std::size_t current_ = 0;  ///< tensor being written
  std::uint64_t done_ = 0;   ///< bytes of it
};

}  // namespace galen::model
