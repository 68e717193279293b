#pragma once

#include <optional>
#include <string_view>

namespace galen::eval {

/// The letter A to J that a multiple-choice answer ends on, by the eight patterns of MedGemma's
/// notebook evaluate_on_medqa, tried in its order ("The final answer is (B)", "Final Answer: B",
/// ...); the first match of the first pattern that matches anywhere. White space is ASCII's.
[[nodiscard]] std::optional<char> answer_letter(std::string_view answer);

}  // namespace galen::eval
