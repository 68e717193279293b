#include "model/weights/gguf_check.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <ggml.h>
#include <limits>
#include <type_traits>
#include <utility>

#include "base/checked.h"
#include "base/raise.h"

namespace galen::model {
namespace {

// GGUF's value types, in the order of the format.
enum Type : std::uint32_t {
  u8,
  i8,
  u16,
  i16,
  u32,
  i32,
  f32,
  boolean,
  text_type,
  array_type,
  u64,
  i64,
  f64
};

constexpr std::uint64_t kDefaultAlignment = 32;
constexpr std::uint64_t kMaxAlignment = 1 << 16;
constexpr std::uint64_t kMaxKeyLength = 65535;
constexpr std::uint64_t kMaxTensors = 1 << 20;

/// Bytes of one element of a fixed-size type; 0 for text, arrays and unknown types.
std::uint64_t element_size(std::uint32_t type) {
  switch (type) {
    case u8:
    case i8:
    case boolean: return 1;
    case u16:
    case i16: return 2;
    case u32:
    case i32:
    case f32: return 4;
    case u64:
    case i64:
    case f64: return 8;
    default: return 0;
  }
}

template <typename T>
T load(const std::uint8_t* from) {
  T value;
  std::memcpy(&value, from, sizeof(T));
  return value;
}

double number_at(std::uint32_t type, const std::uint8_t* from) {
  switch (type) {
    case u8: return load<std::uint8_t>(from);
    case i8: return load<std::int8_t>(from);
    case u16: return load<std::uint16_t>(from);
    case i16: return load<std::int16_t>(from);
    case u32: return load<std::uint32_t>(from);
    case i32: return load<std::int32_t>(from);
    case f32: return load<float>(from);
    case boolean: return load<std::uint8_t>(from) != 0 ? 1 : 0;
    case u64: return static_cast<double>(load<std::uint64_t>(from));
    case i64: return static_cast<double>(load<std::int64_t>(from));
    default: return load<double>(from);
  }
}

static_assert(std::endian::native == std::endian::little, "GGUF is read in place");

}  // namespace

/// Walks the header once; every read is checked against the end of the file.
class Gguf::Parser {
 public:
  explicit Parser(Gguf& gguf) : gguf_(gguf), bytes_(gguf.bytes_) {}

  void run() {
    const auto [tensor_count, value_count] = read_counts();
    for (std::uint64_t i = 0; i < value_count; ++i) read_value(i);
    const std::uint64_t alignment = read_alignment();
    for (std::uint64_t i = 0; i < tensor_count; ++i) read_tensor(i);
    place_tensors(alignment);
  }

 private:
  template <typename... Args>
  [[noreturn]] void malformed(fmt::format_string<Args...> format, Args&&... args) const {
    raise(ErrorKind::malformed, "{}: {}", gguf_.name_,
          fmt::format(format, std::forward<Args>(args)...));
  }

  /// Advances over `count` bytes and returns where they start.
  std::uint64_t take(std::uint64_t count, std::string_view what) {
    if (count > bytes_.size() - at_) {
      malformed("the file ends at byte {} inside {} ({} bytes wanted at {})", bytes_.size(), what,
                count, at_);
    }
    return std::exchange(at_, at_ + count);
  }

  template <typename T>
  T read(std::string_view what) {
    return load<T>(bytes_.data() + take(sizeof(T), what));
  }

  std::string read_text(std::string_view what) {
    const auto length = read<std::uint64_t>(what);
    const std::uint64_t begin = take(length, what);
    return {reinterpret_cast<const char*>(bytes_.data()) + begin, static_cast<std::size_t>(length)};
  }

  std::pair<std::uint64_t, std::uint64_t> read_counts() {
    if (bytes_.size() < 4 || std::memcmp(bytes_.data(), "GGUF", 4) != 0) {
      malformed("not a GGUF file (the first four bytes are not 'GGUF')");
    }
    at_ = 4;
    const auto version = read<std::uint32_t>("the version");
    if (version < 2 || version > 3) {
      raise(ErrorKind::unsupported,
            "{}: GGUF version {:#x}; versions 2 and 3, little-endian, are read", gguf_.name_,
            version);
    }
    const auto tensors = read<std::uint64_t>("the tensor count");
    const auto values = read<std::uint64_t>("the key count");
    // The smallest tensor row takes 24 bytes, the smallest key and value 13.
    const std::uint64_t left = bytes_.size() - at_;
    if (tensors > kMaxTensors || tensors > left / 24) {
      malformed("{} tensors do not fit in {} bytes of header", tensors, left);
    }
    if (values > left / 13) malformed("{} keys do not fit in {} bytes of header", values, left);
    return {tensors, values};
  }

  void read_value(std::uint64_t index) {
    std::string key = read_text("a key");
    if (key.empty() || key.size() > kMaxKeyLength) {
      malformed("key {} has {} bytes, 1 to {} are allowed", index, key.size(), kMaxKeyLength);
    }
    Value value;
    value.type = read<std::uint32_t>("the type of a value");
    value.begin = at_;
    read_content(key, value);
    value.end = at_;
    gguf_.keys_.push_back(key);
    if (!gguf_.values_.emplace(std::move(key), std::move(value)).second) {
      malformed("the key '{}' is there twice", gguf_.keys_.back());
    }
  }

  void read_content(const std::string& key, Value& value) {
    switch (value.type) {
      case u8: value.content = std::int64_t{read<std::uint8_t>(key)}; break;
      case i8: value.content = std::int64_t{read<std::int8_t>(key)}; break;
      case u16: value.content = std::int64_t{read<std::uint16_t>(key)}; break;
      case i16: value.content = std::int64_t{read<std::int16_t>(key)}; break;
      case u32: value.content = std::int64_t{read<std::uint32_t>(key)}; break;
      case i32: value.content = std::int64_t{read<std::int32_t>(key)}; break;
      case u64: value.content = read<std::uint64_t>(key); break;
      case i64: value.content = read<std::int64_t>(key); break;
      case f32: value.content = double{read<float>(key)}; break;
      case f64: value.content = read<double>(key); break;
      case boolean: value.content = read<std::uint8_t>(key) != 0; break;
      case text_type: value.content = read_text(key); break;
      case array_type: value.content = read_array(key); break;
      default: malformed("the key '{}' has the unknown type {}", key, value.type);
    }
  }

  Array read_array(const std::string& key) {
    Array array;
    array.type = read<std::uint32_t>(key);
    array.count = read<std::uint64_t>(key);
    array.begin = at_;
    if (array.type == array_type)
      malformed("the key '{}' is an array of arrays, which no model uses", key);
    if (array.type == text_type) {
      for (std::uint64_t i = 0; i < array.count; ++i) take(read<std::uint64_t>(key), key);
      return array;
    }
    const std::uint64_t size = element_size(array.type);
    if (size == 0) malformed("the key '{}' is an array of the unknown type {}", key, array.type);
    if (array.count > bytes_.size() / size) {
      malformed("the key '{}' has {} elements, more than the file's {} bytes hold", key,
                array.count, bytes_.size());
    }
    take(array.count * size, key);
    return array;
  }

  std::uint64_t read_alignment() const {
    const Value* value = gguf_.value("general.alignment");
    if (value == nullptr) return kDefaultAlignment;
    if (value->type != u32) malformed("general.alignment has type {}, not u32", value->type);
    const auto alignment = static_cast<std::uint64_t>(std::get<std::int64_t>(value->content));
    if (!std::has_single_bit(alignment) || alignment > kMaxAlignment) {
      malformed("general.alignment is {}, not a power of two up to {}", alignment, kMaxAlignment);
    }
    return alignment;
  }

  void read_tensor(std::uint64_t index) {
    GgufTensor tensor;
    tensor.name = read_text("a tensor name");
    if (tensor.name.empty() || tensor.name.size() >= GGML_MAX_NAME) {
      malformed("the name of tensor {} has {} bytes, 1 to {} are allowed", index,
                tensor.name.size(), GGML_MAX_NAME - 1);
    }
    const auto dimensions = read<std::uint32_t>(tensor.name);
    if (dimensions == 0 || dimensions > GGML_MAX_DIMS) {
      malformed("tensor '{}' has {} dimensions, 1 to {} are allowed", tensor.name, dimensions,
                GGML_MAX_DIMS);
    }
    tensor.dimensions = static_cast<int>(dimensions);
    for (std::uint32_t d = 0; d < dimensions; ++d) {
      tensor.shape[d] = read<std::int64_t>(tensor.name);
      if (tensor.shape[d] < 1)
        malformed("tensor '{}' has the size {} in dimension {}", tensor.name, tensor.shape[d], d);
    }
    tensor.type = read<std::int32_t>(tensor.name);
    tensor.offset = read<std::uint64_t>(tensor.name);
    tensor.bytes = stored_bytes(tensor);
    if (!gguf_.tensor_index_.emplace(tensor.name, gguf_.tensors_.size()).second) {
      malformed("the tensor '{}' is there twice", tensor.name);
    }
    gguf_.tensors_.push_back(std::move(tensor));
  }

  std::uint64_t stored_bytes(const GgufTensor& tensor) const {
    if (tensor.type < 0 || tensor.type >= GGML_TYPE_COUNT ||
        ggml_blck_size(static_cast<ggml_type>(tensor.type)) == 0) {
      malformed("tensor '{}' has the unknown type {}", tensor.name, tensor.type);
    }
    const auto type = static_cast<ggml_type>(tensor.type);
    const std::int64_t block = ggml_blck_size(type);
    if (tensor.shape[0] % block != 0) {
      malformed("tensor '{}' has rows of {} elements, not a multiple of {} as {} needs",
                tensor.name, tensor.shape[0], block, ggml_type_name(type));
    }
    std::int64_t bytes = checked_mul(tensor.shape[0] / block,
                                     static_cast<std::int64_t>(ggml_type_size(type)), tensor.name);
    std::int64_t elements = tensor.shape[0];
    for (std::size_t d = 1; d < tensor.shape.size(); ++d) {
      bytes = checked_mul(bytes, tensor.shape[d], tensor.name);
      elements = checked_mul(elements, tensor.shape[d], tensor.name);
    }
    return static_cast<std::uint64_t>(bytes);
  }

  /// Turns offsets into file offsets. ggml asks that tensors follow each other, padded, in table
  /// order.
  void place_tensors(std::uint64_t alignment) {
    const auto padded = [&](std::uint64_t size) {
      return (size + alignment - 1) / alignment * alignment;
    };
    const std::uint64_t data_begin = padded(at_);
    std::uint64_t expected = 0;
    for (GgufTensor& tensor : gguf_.tensors_) {
      if (tensor.offset != expected) {
        malformed("tensor '{}' starts at {}, the one before it ends at {}", tensor.name,
                  tensor.offset, expected);
      }
      const std::uint64_t begin = checked_add(data_begin, tensor.offset, tensor.name);
      if (begin > bytes_.size() || tensor.bytes > bytes_.size() - begin) {
        malformed("tensor '{}' needs {} bytes at {}, the file has {}: it was cut short",
                  tensor.name, tensor.bytes, begin, bytes_.size());
      }
      expected = checked_add(expected, padded(tensor.bytes), tensor.name);
      tensor.offset = begin;
    }
  }

  Gguf& gguf_;
  std::span<const std::uint8_t> bytes_;
  std::uint64_t at_ = 0;
};

Gguf Gguf::open(const std::filesystem::path& path) {
  Gguf gguf;
  gguf.name_ = path.string();
  gguf.map_.emplace(path);
  gguf.bytes_ = gguf.map_->bytes();
  Parser(gguf).run();
  return gguf;
}

Gguf Gguf::parse(std::span<const std::uint8_t> bytes, const std::string& name) {
  Gguf gguf;
  gguf.name_ = name;
  gguf.bytes_ = bytes;
  Parser(gguf).run();
  return gguf;
}

const GgufTensor* Gguf::find(std::string_view tensor) const {
  const auto found = tensor_index_.find(std::string(tensor));
  return found == tensor_index_.end() ? nullptr : &tensors_[found->second];
}

const GgufTensor& Gguf::tensor(std::string_view name) const {
  const GgufTensor* found = find(name);
  if (found == nullptr) raise(ErrorKind::malformed, "{}: no tensor '{}'", name_, name);
  return *found;
}

std::span<const std::uint8_t> Gguf::data(const GgufTensor& tensor) const {
  return bytes_.subspan(tensor.offset, tensor.bytes);
}

const Gguf::Value* Gguf::value(std::string_view key) const {
  const auto found = values_.find(std::string(key));
  return found == values_.end() ? nullptr : &found->second;
}

bool Gguf::has(std::string_view key) const {
  return value(key) != nullptr;
}

template <typename T>
std::optional<T> Gguf::read(std::string_view key, std::string_view wanted) const {
  const Value* found = value(key);
  if (found == nullptr) return std::nullopt;
  if (const T* content = std::get_if<T>(&found->content)) return *content;
  raise(ErrorKind::malformed, "{}: the key '{}' is not {}", name_, key, wanted);
}

std::int64_t Gguf::integer(std::string_view key, std::int64_t fallback) const {
  const Value* found = value(key);
  if (found != nullptr && std::holds_alternative<std::uint64_t>(found->content)) {
    const std::uint64_t content = std::get<std::uint64_t>(found->content);
    if (std::in_range<std::int64_t>(content)) return static_cast<std::int64_t>(content);
  }
  return read<std::int64_t>(key, "an integer").value_or(fallback);
}

double Gguf::number(std::string_view key, double fallback) const {
  return read<double>(key, "a floating-point number").value_or(fallback);
}

bool Gguf::flag(std::string_view key, bool fallback) const {
  return read<bool>(key, "true or false").value_or(fallback);
}

std::string Gguf::text(std::string_view key, const std::string& fallback) const {
  return read<std::string>(key, "text").value_or(fallback);
}

std::int64_t Gguf::integer(std::string_view key) const {
  if (!has(key)) raise(ErrorKind::malformed, "{}: no key '{}'", name_, key);
  return integer(key, 0);
}

double Gguf::number(std::string_view key) const {
  if (!has(key)) raise(ErrorKind::malformed, "{}: no key '{}'", name_, key);
  return number(key, 0);
}

std::string Gguf::text(std::string_view key) const {
  if (!has(key)) raise(ErrorKind::malformed, "{}: no key '{}'", name_, key);
  return text(key, "");
}

const Gguf::Array& Gguf::array(std::string_view key) const {
  const Value* found = value(key);
  if (found == nullptr) raise(ErrorKind::malformed, "{}: no key '{}'", name_, key);
  const Array* content = std::get_if<Array>(&found->content);
  if (content == nullptr)
    raise(ErrorKind::malformed, "{}: the key '{}' is not an array", name_, key);
  return *content;
}

std::uint64_t Gguf::array_length(std::string_view key) const {
  return has(key) ? array(key).count : 0;
}

std::vector<std::string> Gguf::texts(std::string_view key) const {
  const Array& found = array(key);
  if (found.type != text_type)
    raise(ErrorKind::malformed, "{}: the key '{}' is not an array of text", name_, key);
  std::vector<std::string> texts;
  texts.reserve(found.count);
  const std::uint8_t* at = bytes_.data() + found.begin;
  for (std::uint64_t i = 0; i < found.count; ++i) {
    const auto length = load<std::uint64_t>(at);
    texts.emplace_back(reinterpret_cast<const char*>(at) + 8, static_cast<std::size_t>(length));
    at += 8 + length;
  }
  return texts;
}

std::vector<double> Gguf::numbers(std::string_view key) const {
  const Array& found = array(key);
  if (found.type == text_type)
    raise(ErrorKind::malformed, "{}: the key '{}' is not an array of numbers", name_, key);
  std::vector<double> numbers(found.count);
  const std::uint64_t size = element_size(found.type);
  for (std::uint64_t i = 0; i < found.count; ++i) {
    numbers[i] = number_at(found.type, bytes_.data() + found.begin + i * size);
  }
  return numbers;
}

std::span<const std::uint8_t> Gguf::raw_value(std::string_view key) const {
  const Value* found = value(key);
  if (found == nullptr) raise(ErrorKind::malformed, "{}: no key '{}'", name_, key);
  return bytes_.subspan(found->begin, found->end - found->begin);
}

std::uint32_t Gguf::value_type(std::string_view key) const {
  const Value* found = value(key);
  if (found == nullptr) raise(ErrorKind::malformed, "{}: no key '{}'", name_, key);
  return found->type;
}

}  // namespace galen::model
