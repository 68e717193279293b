#pragma once

#include <cstdint>
#include <string>

#include "model/gemma/decoder.h"
#include "model/gemma/header.h"

namespace galen::model {

/// Rows of logits one step may return. libllama reserves this many times the vocabulary: with its
/// default, one row per token of a batch, that is half a gigabyte for Gemma.
inline constexpr int kMaxLogitRows = 32;

[[nodiscard]] DecoderMemory decoder_memory(const DecoderHeader& header,
                                           const DecoderOptions& options);

/// Throws out_of_memory, with the sizes and the next step, when `needed` bytes are more than there
/// are.
void check_memory(std::uint64_t needed, const DecoderMemory& memory, const std::string& name);

}  // namespace galen::model
