#pragma once

#include <span>
#include <vector>

#include "eval/reports/by_slide_count.h"
#include "eval/reports/text_pairs.h"

namespace galen::eval {

/// "rouge_l" (mean F1), "bleu_4" (of the corpus, 0 to 1) and "meteor" (mean) of the generated texts
/// against the original ones, by slide count.
[[nodiscard]] std::vector<SlideCountResult> text_scores(std::span<const TextPair> pairs,
                                                        const BootstrapOptions& options = {});

}  // namespace galen::eval
