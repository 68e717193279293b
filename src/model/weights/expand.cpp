#include "model/weights/expand.h"

#include <cstring>
#include <ggml.h>

namespace galen::model {

bool is_expandable(int type) {
  const auto stored = static_cast<ggml_type>(type);
  return stored == GGML_TYPE_F32 || ggml_get_type_traits(stored)->to_float != nullptr;
}

std::size_t stored_size(int type, std::int64_t count) {
  const auto stored = static_cast<ggml_type>(type);
  return static_cast<std::size_t>(count / ggml_blck_size(stored)) * ggml_type_size(stored);
}

void expand_stored(int type, std::span<const std::uint8_t> stored, std::int64_t count,
                   float* values) {
  if (type == GGML_TYPE_F32) {
    std::memcpy(values, stored.data(), static_cast<std::size_t>(count) * sizeof(float));
  } else {
    ggml_get_type_traits(static_cast<ggml_type>(type))->to_float(stored.data(), values, count);
  }
}

void expand_values(const Gguf& gguf, const GgufTensor& tensor, std::int64_t first,
                   std::int64_t count, float* values) {
  expand_stored(tensor.type, gguf.data(tensor).subspan(stored_size(tensor.type, first)), count,
                values);
}

}  // namespace galen::model
