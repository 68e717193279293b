#pragma once

#include <string>
#include <string_view>

namespace galen::model {

/// A prompt as SigLIP was trained on it (big_vision's canonicalize_text, as in transformers'
/// SiglipTokenizer): lower case by Unicode, ASCII punctuation removed, runs of white space made one
/// space, none at the ends. Invalid UTF-8 becomes U+FFFD.
/// A capital sigma always becomes σ, where Python writes ς at the end of a word.
[[nodiscard]] std::string canonical_text(std::string_view text);

}  // namespace galen::model
