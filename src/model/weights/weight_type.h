#pragma once
// The storage types that import and quantize offer.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace galen::model {

enum class WeightType { f32, f16, bf16, q8_0, q6_k, q4_k_m };

/// "Q4_K_M" and the like, in either case. Throws invalid_argument, listing the types.
[[nodiscard]] WeightType parse_weight_type(std::string_view name);
[[nodiscard]] std::string_view weight_type_name(WeightType type);

/// llama.cpp's number of a type (enum llama_ftype), stored as general.file_type.
[[nodiscard]] int file_type(WeightType type);
/// The ggml_type that a whole file of this type uses for its matrices; for Q4_K_M, a mix, the main
/// one.
[[nodiscard]] int matrix_type(WeightType type);

/// `type`, or the next coarser one whose blocks divide rows of `row_length`: Q8_0, then F16.
[[nodiscard]] int fitting_type(int type, std::int64_t row_length);

/// Appends `values` (whole rows of `row_length`) to `into`, stored as the ggml_type `type`.
void store_as(int type, std::span<const float> values, std::int64_t row_length, std::string& into);

}  // namespace galen::model
