#pragma once

#include <string_view>

namespace galen::eval {

/// METEOR (Lavie and Agarwal 2007) as nltk 3.9's single_meteor_score without WordNet: words of
/// words.h, equal ones matched first, then those of one stem; alpha 0.9, beta 3, gamma 0.5. The
/// stage of synonyms is left out: its word list is a download of its own and knows little of
/// medicine. 0 to 1; 0 when nothing matches.
[[nodiscard]] double meteor(std::string_view candidate, std::string_view reference);

}  // namespace galen::eval
