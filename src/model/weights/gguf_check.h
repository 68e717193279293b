#pragma once
// A reader of GGUF files that trusts nothing. ggml and llama.cpp abort on some broken files, so
// every GGUF passes here before they see it. Format: docs/gguf.md of the ggml project, versions 2
// and 3.

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "base/file.h"

namespace galen::model {

/// One row of the tensor table. `shape` has the fastest dimension first, as ggml's `ne`.
struct GgufTensor {
  std::string name;
  int type = 0;  ///< ggml_type
  std::array<std::int64_t, 4> shape{1, 1, 1, 1};
  int dimensions = 0;
  std::uint64_t offset = 0;  ///< from the start of the file
  std::uint64_t bytes = 0;
  [[nodiscard]] std::int64_t elements() const { return shape[0] * shape[1] * shape[2] * shape[3]; }
};

/// The checked header of a GGUF file. Immutable, so safe to share between threads.
class Gguf {
 public:
  /// Maps and checks a file. Throws not_found, malformed, unsupported (version, big-endian).
  static Gguf open(const std::filesystem::path& path);
  /// As open, on bytes that outlive the result. `name` stands in errors.
  static Gguf parse(std::span<const std::uint8_t> bytes, const std::string& name);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::vector<GgufTensor>& tensors() const { return tensors_; }
  /// Null when there is none.
  [[nodiscard]] const GgufTensor* find(std::string_view tensor) const;
  /// Throws malformed, naming the tensor, when there is none.
  [[nodiscard]] const GgufTensor& tensor(std::string_view name) const;
  /// The stored bytes of a tensor.
  [[nodiscard]] std::span<const std::uint8_t> data(const GgufTensor& tensor) const;

  [[nodiscard]] bool has(std::string_view key) const;
  /// Every key, in the order of the file.
  [[nodiscard]] const std::vector<std::string>& keys() const { return keys_; }
  /// Typed values. The one-argument forms throw malformed when the key is missing; all throw
  /// malformed when it is there with another type. integer() takes any integer type that fits.
  [[nodiscard]] std::int64_t integer(std::string_view key) const;
  [[nodiscard]] std::int64_t integer(std::string_view key, std::int64_t fallback) const;
  [[nodiscard]] double number(std::string_view key) const;
  [[nodiscard]] double number(std::string_view key, double fallback) const;
  [[nodiscard]] bool flag(std::string_view key, bool fallback) const;
  [[nodiscard]] std::string text(std::string_view key) const;
  [[nodiscard]] std::string text(std::string_view key, const std::string& fallback) const;
  /// Length of an array value, 0 when the key is missing.
  [[nodiscard]] std::uint64_t array_length(std::string_view key) const;
  [[nodiscard]] std::vector<std::string> texts(std::string_view key) const;
  [[nodiscard]] std::vector<double> numbers(std::string_view key) const;
  /// The value (type word excluded) exactly as stored, for copying into another file.
  [[nodiscard]] std::span<const std::uint8_t> raw_value(std::string_view key) const;
  /// GGUF's type number of a value; 9 is array.
  [[nodiscard]] std::uint32_t value_type(std::string_view key) const;

 private:
  struct Array {
    std::uint32_t type = 0;
    std::uint64_t count = 0;
    std::uint64_t begin = 0;  ///< offset of the first element
  };
  struct Value {
    std::uint32_t type = 0;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::variant<std::int64_t, std::uint64_t, double, bool, std::string, Array> content;
  };
  class Parser;

  Gguf() = default;
  [[nodiscard]] const Value* value(std::string_view key) const;
  template <typename T>
  [[nodiscard]] std::optional<T> read(std::string_view key, std::string_view wanted) const;
  [[nodiscard]] const Array& array(std::string_view key) const;

  std::string name_;
  std::optional<MappedFile> map_;
  std::span<const std::uint8_t> bytes_;
  std::vector<std::string> keys_;
  std::unordered_map<std::string, Value> values_;
  std::vector<GgufTensor> tensors_;
  std::unordered_map<std::string, std::size_t> tensor_index_;
};

}  // namespace galen::model
