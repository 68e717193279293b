#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "eval/reports/by_slide_count.h"

namespace galen::eval {

/// What one reader said of one part, with the sides told apart again.
struct ReaderAnswer {
  enum class Preference { generated, equivalent, original };
  std::string part;  ///< "case/part"
  int slides = 1;
  bool generated_accurate = false;
  bool original_accurate = false;
  Preference preference = Preference::equivalent;
};

struct ReaderAnswers {
  std::vector<ReaderAnswer> answers;
  std::size_t unanswered = 0;  ///< items with at least one of the three answers missing
};

/// The filled forms of one or more readers, with the key of the form. Case of letters does not
/// matter. Throws not_found, malformed; invalid_argument, naming file and item, for an answer that
/// is none, an item the key does not know, or one that a form holds twice.
[[nodiscard]] ReaderAnswers read_reader_answers(const std::filesystem::path& key,
                                                std::span<const std::filesystem::path> forms);

/// Shares of the answers, by slide count, with percentile bootstrap intervals over the parts:
/// "accurate_and_not_worse" (the generated text is accurate, and equivalent or preferred;
/// PolyPath's headline), "generated_accurate", "original_accurate", "generated_preferred",
/// "equivalent", "original_preferred". Throws invalid_argument without answers.
[[nodiscard]] std::vector<SlideCountResult> reader_tally(std::span<const ReaderAnswer> answers,
                                                         const BootstrapOptions& options = {});

}  // namespace galen::eval
