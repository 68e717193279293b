#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace galen::eval {

/// What BLEU-4 is made from: n-grams of 1 to 4 tokens, of one text or summed over many.
struct BleuCounts {
  std::array<double, 4> matching{};  ///< of the candidate, found in the reference
  std::array<double, 4> all{};       ///< of the candidate
  double candidate_tokens = 0;
  double reference_tokens = 0;

  BleuCounts& operator+=(const BleuCounts& other);
};
[[nodiscard]] BleuCounts bleu_counts(std::string_view candidate, std::string_view reference);

enum class BleuOrder {
  four,    ///< of a corpus: sacrebleu's default, signature
           ///< nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp
  longest  ///< of a sentence (eff:yes): a text of fewer than four tokens is judged by those it has
};

struct BleuScore {
  double score = 0;                    ///< 0 to 100
  std::array<double, 4> precisions{};  ///< of 1 to 4 tokens, 0 to 100, smoothed
  double brevity_penalty = 0;
};

/// BLEU-4 with one reference for each text, as sacrebleu 2.5.
[[nodiscard]] BleuScore bleu_of(const BleuCounts& counts, BleuOrder order = BleuOrder::four);

/// The tokens of mteval-v13a, which sacrebleu calls 13a. White space is ASCII's.
[[nodiscard]] std::vector<std::string> tokens_13a(std::string_view text);

}  // namespace galen::eval
