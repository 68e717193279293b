#pragma once
// Short answers compared as the SQuAD evaluation does it: lower-cased, without ASCII punctuation
// and the words a, an, the, and with spaces collapsed. Also the token F1 of SLAKE and VQA-RAD.

#include <string>
#include <string_view>

namespace galen::eval {

/// The text as it is compared.
[[nodiscard]] std::string normalise_answer(std::string_view text);

[[nodiscard]] bool exact_match(std::string_view candidate, std::string_view reference);

/// F1 of the shared words, each counted as often as both have it; two empty answers are equal (1).
[[nodiscard]] double token_f1(std::string_view candidate, std::string_view reference);

}  // namespace galen::eval
