#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace galen::eval {

/// The tokens [a-z0-9]+ of the lower-cased text, as the package rouge-score without stemming.
/// Letters outside ASCII separate tokens.
[[nodiscard]] std::vector<std::string> words_of(std::string_view text);

/// The stem of a lower-case word of [a-z0-9]: Porter's algorithm (Program 14.3, 1980) with the
/// changes of nltk 3.9's PorterStemmer, which METEOR is defined with there.
[[nodiscard]] std::string stem_of(std::string_view word);

}  // namespace galen::eval
