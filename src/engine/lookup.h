#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "model/gemma/decoder.h"

namespace galen::engine {

/// What followed the last time the text's final tokens occurred in it (prompt-lookup decoding): the
/// longest repeated ending of 4, 3 or 2 tokens decides, the latest place wins. At most `most`
/// tokens, none when nothing repeats.
[[nodiscard]] std::vector<model::Token> lookup_draft(std::span<const model::Token> text,
                                                     std::size_t most);

}  // namespace galen::engine
