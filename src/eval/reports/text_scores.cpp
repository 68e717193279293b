#include "eval/reports/text_scores.h"

#include <string>

#include "eval/metrics/bleu.h"
#include "eval/metrics/meteor.h"
#include "eval/metrics/rouge.h"

namespace galen::eval {
namespace {

RowMetric mean_of(const std::vector<double>& values) {
  return [&values](std::span<const std::size_t> rows) {
    double sum = 0;
    for (const std::size_t row : rows) sum += values[row];
    return sum / static_cast<double>(rows.size());
  };
}

RowMetric corpus_bleu(const std::vector<BleuCounts>& texts) {
  return [&texts](std::span<const std::size_t> rows) {
    BleuCounts sum;
    for (const std::size_t row : rows) sum += texts[row];
    return bleu_of(sum).score / 100;
  };
}

}  // namespace

std::vector<SlideCountResult> text_scores(std::span<const TextPair> pairs,
                                          const BootstrapOptions& options) {
  std::vector<std::string> names;
  std::vector<int> slides;
  std::vector<double> rouge;
  std::vector<BleuCounts> bleu;
  std::vector<double> meteors;
  for (const TextPair& pair : pairs) {
    names.push_back(pair.name());
    slides.push_back(pair.slides);
    rouge.push_back(rouge_l(pair.generated, pair.original).f1);
    bleu.push_back(bleu_counts(pair.generated, pair.original));
    meteors.push_back(meteor(pair.generated, pair.original));
  }
  const std::vector<Measure> measures{
      {"rouge_l", mean_of(rouge)}, {"bleu_4", corpus_bleu(bleu)}, {"meteor", mean_of(meteors)}};
  return by_slide_count(names, slides, measures, options);
}

}  // namespace galen::eval
