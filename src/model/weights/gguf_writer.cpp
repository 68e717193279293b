#include "model/weights/gguf_writer.h"

#include <ggml.h>
#include <limits>

#include "base/raise.h"

namespace galen::model {
namespace {

// GGUF's type numbers of the values written here.
constexpr std::uint32_t kU32 = 4, kI32 = 5, kF32 = 6, kBool = 7, kText = 8, kArray = 9;
constexpr std::uint64_t kAlignment = 32;

template <typename T>
void put(std::string& into, T value) {
  into.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void put_text(std::string& into, std::string_view text) {
  put<std::uint64_t>(into, text.size());
  into += text;
}

std::uint64_t padded(std::uint64_t size) {
  return (size + kAlignment - 1) / kAlignment * kAlignment;
}

}  // namespace

GgufWriter::GgufWriter(const std::filesystem::path& path) : file_(path) {}

void GgufWriter::begin_value(std::string_view key, std::uint32_t type) {
  put_text(values_, key);
  put(values_, type);
  ++value_count_;
}

void GgufWriter::begin_array(std::string_view key, std::uint32_t type, std::uint64_t count) {
  begin_value(key, kArray);
  put(values_, type);
  put(values_, count);
}

void GgufWriter::text(std::string_view key, std::string_view value) {
  begin_value(key, kText);
  put_text(values_, value);
}

void GgufWriter::u32(std::string_view key, std::uint64_t value) {
  if (value > std::numeric_limits<std::uint32_t>::max()) {
    raise(ErrorKind::limit_exceeded, "{}: {} does not fit in 32 bits", key, value);
  }
  begin_value(key, kU32);
  put(values_, static_cast<std::uint32_t>(value));
}

void GgufWriter::f32(std::string_view key, double value) {
  begin_value(key, kF32);
  put(values_, static_cast<float>(value));
}

void GgufWriter::flag(std::string_view key, bool value) {
  begin_value(key, kBool);
  put<std::uint8_t>(values_, value ? 1 : 0);
}

void GgufWriter::texts(std::string_view key, std::span<const std::string> values) {
  begin_array(key, kText, values.size());
  for (const std::string& value : values) put_text(values_, value);
}

void GgufWriter::f32s(std::string_view key, std::span<const float> values) {
  begin_array(key, kF32, values.size());
  for (const float value : values) put(values_, value);
}

void GgufWriter::i32s(std::string_view key, std::span<const std::int32_t> values) {
  begin_array(key, kI32, values.size());
  for (const std::int32_t value : values) put(values_, value);
}

void GgufWriter::flags(std::string_view key, const std::vector<bool>& values) {
  begin_array(key, kBool, values.size());
  for (const bool value : values) put<std::uint8_t>(values_, value ? 1 : 0);
}

void GgufWriter::raw(std::string_view key, std::uint32_t type,
                     std::span<const std::uint8_t> value) {
  begin_value(key, type);
  values_.append(reinterpret_cast<const char*>(value.data()), value.size());
}

void GgufWriter::declare(std::string_view name, int type, std::span<const std::int64_t> shape) {
  put_text(table_, name);
  put(table_, static_cast<std::uint32_t>(shape.size()));
  std::uint64_t rows = 1;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    put(table_, shape[d]);
    if (d > 0) rows *= static_cast<std::uint64_t>(shape[d]);
  }
  put(table_, static_cast<std::int32_t>(type));
  put(table_, offset_);
  sizes_.push_back(rows * ggml_row_size(static_cast<ggml_type>(type), shape[0]));
  offset_ += padded(sizes_.back());
}

void GgufWriter::write_header() {
  std::string head = "GGUF";
  put<std::uint32_t>(head, 3);
  put<std::uint64_t>(head, sizes_.size());
  put<std::uint64_t>(head, value_count_);
  head += values_;
  head += table_;
  head.resize(padded(head.size()));
  file_.write(head);
  header_written_ = true;
}

void GgufWriter::write(std::span<const std::uint8_t> bytes) {
  if (!header_written_) write_header();
  if (current_ == sizes_.size() || bytes.size() > sizes_[current_] - done_) {
    raise(ErrorKind::internal, "more tensor data than the header of the GGUF file states");
  }
  file_.write(bytes);
  done_ += bytes.size();
  if (done_ < sizes_[current_]) return;
  file_.write(std::string(padded(done_) - done_, '\0'));
  ++current_;
  done_ = 0;
}

void GgufWriter::commit() {
  if (!header_written_) write_header();
  if (current_ != sizes_.size()) {
    raise(ErrorKind::internal, "{} of {} tensors of the GGUF file were written", current_,
          sizes_.size());
  }
  file_.commit();
}

}  // namespace galen::model
