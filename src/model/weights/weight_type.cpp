#include "model/weights/weight_type.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <ggml.h>
#include <llama.h>

#include "base/raise.h"

namespace galen::model {
namespace {

struct Row {
  WeightType type;
  std::string_view name;
  llama_ftype file;
  ggml_type matrix;
};
constexpr std::array<Row, 6> kTypes = {{
    {WeightType::f32, "F32", LLAMA_FTYPE_ALL_F32, GGML_TYPE_F32},
    {WeightType::f16, "F16", LLAMA_FTYPE_MOSTLY_F16, GGML_TYPE_F16},
    {WeightType::bf16, "BF16", LLAMA_FTYPE_MOSTLY_BF16, GGML_TYPE_BF16},
    {WeightType::q8_0, "Q8_0", LLAMA_FTYPE_MOSTLY_Q8_0, GGML_TYPE_Q8_0},
    {WeightType::q6_k, "Q6_K", LLAMA_FTYPE_MOSTLY_Q6_K, GGML_TYPE_Q6_K},
    {WeightType::q4_k_m, "Q4_K_M", LLAMA_FTYPE_MOSTLY_Q4_K_M, GGML_TYPE_Q4_K},
}};

const Row& row_of(WeightType type) {
  return *std::find_if(kTypes.begin(), kTypes.end(),
                       [&](const Row& row) { return row.type == type; });
}

}  // namespace

WeightType parse_weight_type(std::string_view name) {
  std::string upper(name);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  for (const Row& row : kTypes) {
    if (row.name == upper) return row.type;
  }
  raise(ErrorKind::invalid_argument,
        "'{}' is not a type of weights; F32, F16, BF16, Q8_0, Q6_K and Q4_K_M are", name);
}

std::string_view weight_type_name(WeightType type) {
  return row_of(type).name;
}

int file_type(WeightType type) {
  return row_of(type).file;
}

int matrix_type(WeightType type) {
  return row_of(type).matrix;
}

int fitting_type(int type, std::int64_t row_length) {
  const auto divides = [&](int candidate) {
    return row_length % ggml_blck_size(static_cast<ggml_type>(candidate)) == 0;
  };
  if (divides(type)) return type;
  return divides(GGML_TYPE_Q8_0) ? GGML_TYPE_Q8_0 : GGML_TYPE_F16;
}

void store_as(int type, std::span<const float> values, std::int64_t row_length, std::string& into) {
  const auto stored = static_cast<ggml_type>(type);
  const auto rows = static_cast<std::int64_t>(values.size()) / row_length;
  const std::size_t begin = into.size();
  into.resize(begin + static_cast<std::size_t>(rows) * ggml_row_size(stored, row_length));
  ggml_quantize_chunk(stored, values.data(), into.data() + begin, 0, rows, row_length, nullptr);
}

}  // namespace galen::model
