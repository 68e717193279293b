#include "io/store/safetensors.h"

#include <algorithm>
#include <cstring>
#include <set>
#include <tuple>

#include "base/checked.h"
#include "base/json.h"
#include "base/raise.h"

namespace galen::store {
namespace {

constexpr std::uint64_t kMaxHeader = 100'000'000;
constexpr std::size_t kMaxDimensions = 16;
constexpr std::size_t kAlignment = 8;

std::uint64_t load_u64(const std::uint8_t* from) {
  std::uint64_t value = 0;
  std::memcpy(&value, from, sizeof value);
  return value;
}

/// The parser keeps the last of two equal keys; a file with two is refused instead.
void refuse_duplicate_names(std::string_view header, const std::string& file) {
  std::set<std::string> names;
  const auto note = [&](int depth, Json::parse_event_t event, const Json& value) {
    if (depth == 1 && event == Json::parse_event_t::key &&
        !names.insert(value.get<std::string>()).second) {
      raise(ErrorKind::malformed, "{}: the tensor '{}' is there twice", file,
            value.get<std::string>());
    }
    return true;
  };
  [[maybe_unused]] const Json parsed = Json::parse(header, note);
}

/// Bytes that shape and type ask for.
std::uint64_t stored_bytes(const Tensor& tensor) {
  std::uint64_t bytes = dtype_size(tensor.dtype);
  for (const std::uint64_t size : tensor.shape) bytes = checked_mul(bytes, size, tensor.name);
  return bytes;
}

std::vector<std::uint64_t> unsigned_list(const Json& entry, const char* field,
                                         const std::string& where) {
  const auto found = entry.find(field);
  if (found == entry.end() || !found->is_array()) {
    raise(ErrorKind::malformed, "{}: '{}' is not a list", where, field);
  }
  std::vector<std::uint64_t> values;
  for (const Json& value : *found) {
    if (!value.is_number_unsigned()) {
      raise(ErrorKind::malformed, "{}: '{}' holds something that is not a whole number from 0",
            where, field);
    }
    values.push_back(value.get<std::uint64_t>());
  }
  return values;
}

Tensor read_entry(const std::string& name, const Json& entry, const std::string& file) {
  const std::string where = fmt::format("{}: tensor '{}'", file, name);
  if (!entry.is_object()) raise(ErrorKind::malformed, "{}: not an object", where);
  const auto dtype = entry.find("dtype");
  if (dtype == entry.end() || !dtype->is_string()) {
    raise(ErrorKind::malformed, "{}: 'dtype' is missing", where);
  }
  const auto known = dtype_from_name(dtype->get<std::string>());
  if (!known)
    raise(ErrorKind::unsupported, "{}: element type '{}' is not read", where,
          dtype->get<std::string>());
  Tensor tensor{name, *known, unsigned_list(entry, "shape", where), 0, 0};
  if (tensor.shape.size() > kMaxDimensions) {
    raise(ErrorKind::malformed, "{}: {} dimensions, at most {} are read", where,
          tensor.shape.size(), kMaxDimensions);
  }
  const auto offsets = unsigned_list(entry, "data_offsets", where);
  if (offsets.size() != 2 || offsets[0] > offsets[1]) {
    raise(ErrorKind::malformed, "{}: 'data_offsets' is not [begin, end]", where);
  }
  tensor.offset = offsets[0];
  tensor.bytes = offsets[1] - offsets[0];
  const std::uint64_t wanted = stored_bytes(tensor);
  if (tensor.bytes != wanted) {
    raise(ErrorKind::malformed, "{}: {} bytes are stored, type and shape ask for {}", where,
          tensor.bytes, wanted);
  }
  return tensor;
}

std::map<std::string, std::string> read_metadata(const Json& entry, const std::string& file) {
  if (!entry.is_object()) raise(ErrorKind::malformed, "{}: '__metadata__' is not an object", file);
  std::map<std::string, std::string> metadata;
  for (const auto& [key, value] : entry.items()) {
    if (!value.is_string())
      raise(ErrorKind::malformed, "{}: '__metadata__' holds something other than text", file);
    metadata[key] = value.get<std::string>();
  }
  return metadata;
}

}  // namespace

Safetensors Safetensors::open(const std::filesystem::path& path) {
  Safetensors file;
  file.name_ = path.string();
  file.map_.emplace(path);
  file.bytes_ = file.map_->bytes();
  file.read_header();
  return file;
}

Safetensors Safetensors::parse(std::span<const std::uint8_t> bytes, const std::string& name) {
  Safetensors file;
  file.name_ = name;
  file.bytes_ = bytes;
  file.read_header();
  return file;
}

void Safetensors::read_header() {
  if (bytes_.size() < 8)
    raise(ErrorKind::malformed, "{}: {} bytes, not a safetensors file", name_, bytes_.size());
  const std::uint64_t length = load_u64(bytes_.data());
  if (length > kMaxHeader) {
    raise(ErrorKind::limit_exceeded, "{}: a header of {} bytes, at most {} are read", name_, length,
          kMaxHeader);
  }
  if (length > bytes_.size() - 8) {
    raise(ErrorKind::malformed, "{}: a header of {} bytes in a file of {}: it was cut short", name_,
          length, bytes_.size());
  }
  const std::string_view header(reinterpret_cast<const char*>(bytes_.data()) + 8, length);
  if (!header.starts_with('{'))
    raise(ErrorKind::malformed, "{}: the header does not start with '{{'", name_);
  const Json json = parse_json(header, name_, {.max_bytes = kMaxHeader, .max_depth = 8});
  refuse_duplicate_names(header, name_);
  data_begin_ = 8 + length;
  for (const auto& [name, entry] : json.items()) {
    if (name == "__metadata__") {
      metadata_ = read_metadata(entry, name_);
    } else {
      tensors_.push_back(read_entry(name, entry, name_));
    }
  }
  std::sort(tensors_.begin(), tensors_.end(), [](const Tensor& a, const Tensor& b) {
    return std::tie(a.offset, a.bytes) < std::tie(b.offset, b.bytes);
  });
  check_layout();
  for (Tensor& tensor : tensors_) {
    tensor.offset += data_begin_;
    index_[tensor.name] = static_cast<std::size_t>(&tensor - tensors_.data());
  }
}

/// The format asks that tensors cover the data without holes, so nothing can hide in between.
void Safetensors::check_layout() const {
  const std::uint64_t available = bytes_.size() - data_begin_;
  std::uint64_t end = 0;
  for (const Tensor& tensor : tensors_) {
    if (tensor.offset != end) {
      raise(ErrorKind::malformed, "{}: tensor '{}' starts at {}, the one before it ends at {}",
            name_, tensor.name, tensor.offset, end);
    }
    end += tensor.bytes;  // cannot overflow: both offsets were 64-bit values of the file
    if (end > available) {
      raise(ErrorKind::malformed,
            "{}: tensor '{}' ends at {} of {} data bytes: the file was cut short", name_,
            tensor.name, end, available);
    }
  }
  if (end != available) {
    raise(ErrorKind::malformed, "{}: {} data bytes belong to no tensor", name_, available - end);
  }
}

const Tensor* Safetensors::find(std::string_view tensor) const {
  const auto found = index_.find(std::string(tensor));
  return found == index_.end() ? nullptr : &tensors_[found->second];
}

const Tensor& Safetensors::tensor(std::string_view name) const {
  const Tensor* found = find(name);
  if (found == nullptr) raise(ErrorKind::malformed, "{}: no tensor '{}'", name_, name);
  return *found;
}

std::span<const std::uint8_t> Safetensors::data(const Tensor& tensor) const {
  return bytes_.subspan(tensor.offset, tensor.bytes);
}

std::vector<float> Safetensors::floats(const Tensor& tensor) const {
  std::vector<float> values(tensor.elements());
  to_floats(tensor.dtype, data(tensor), values);
  return values;
}

SafetensorsWriter::SafetensorsWriter(const std::filesystem::path& path,
                                     const std::vector<Tensor>& tensors,
                                     const std::map<std::string, std::string>& metadata)
    : file_(path) {
  OrderedJson header = OrderedJson::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  for (const Tensor& tensor : tensors) {
    const std::uint64_t begin = expected_;
    expected_ = checked_add(begin, stored_bytes(tensor), tensor.name);
    header[tensor.name] = {{"dtype", dtype_name(tensor.dtype)},
                           {"shape", tensor.shape},
                           {"data_offsets", {begin, expected_}}};
  }
  std::string text = header.dump();
  text.resize((text.size() + kAlignment - 1) / kAlignment * kAlignment, ' ');
  const std::uint64_t length = text.size();
  file_.write({reinterpret_cast<const std::uint8_t*>(&length), sizeof length});
  file_.write(text);
}

void SafetensorsWriter::write(std::span<const std::uint8_t> bytes) {
  written_ += bytes.size();
  file_.write(bytes);
}

void SafetensorsWriter::write(std::span<const float> values) {
  write(std::span(reinterpret_cast<const std::uint8_t*>(values.data()), values.size_bytes()));
}

void SafetensorsWriter::commit() {
  if (written_ != expected_) {
    raise(ErrorKind::internal, "{} bytes of tensors were written, the header states {}", written_,
          expected_);
  }
  file_.commit();
}

}  // namespace galen::store
