#pragma once
// Stores the weights of a GGUF in another type.

#include <filesystem>

#include "model/profile.h"
#include "model/weights/import.h"
#include "model/weights/weight_type.h"

namespace galen::model {

/// True for types that mix several, which llama.cpp's own quantizer decides on.
[[nodiscard]] bool needs_quantizer(WeightType type);

/// A decoder GGUF, F32, F16 or BF16, through llama.cpp's quantizer. `threads` 0 = all cores.
void quantize_decoder(const std::filesystem::path& from, const std::filesystem::path& to,
                      WeightType type, int threads);

/// A tower GGUF; embeddings, norms and biases stay as they are, rows that do not fill the blocks of
/// `type` take the next coarser type.
void quantize_tower(const std::filesystem::path& from, const std::filesystem::path& to,
                    WeightType type, const CancelToken* cancel);

/// A whole model into a new folder. Throws as import_model; unsupported when the files are already
/// quantised.
Profile quantize_model(const Profile& model, const ImportOptions& options);

}  // namespace galen::model
