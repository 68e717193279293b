#pragma once

#include <string>

#include "eval/ehrqa/question.h"

namespace galen::eval {

/// Whether a model's reply answers a question rightly. A choice: the letter it begins or ends with
/// ("B", "(B)", "Final Answer: (B)"), or the text of one choice. A free response: the same day for
/// a date ("2020-04-01", "April 1, 2020", "1 April 2020"), the same number for a value (its unit
/// may be left out, not be another), else the answer's words, whatever their case and brackets.
[[nodiscard]] bool is_right(const EhrQuestion& question, const std::string& reply);

}  // namespace galen::eval
