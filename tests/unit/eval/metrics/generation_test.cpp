#include <gtest/gtest.h>

#include "base/file.h"
#include "base/json.h"
#include "eval/metrics/bleu.h"
#include "eval/metrics/meteor.h"
#include "eval/metrics/words.h"

namespace galen::eval {
namespace {

/// What sacrebleu and nltk gave (tests/golden/make_text_metrics.py).
Json golden_texts() {
  const std::string path = GALEN_SOURCE_DIR "/tests/golden/text_metrics.json";
  return parse_json(read_file(path, 1 << 20), path);
}

std::string text(const Json& json, const char* field) {
  return json.at(field).get<std::string>();
}

TEST(Stem, equals_nltk) {
  const Json golden = golden_texts();
  ASSERT_GT(golden.at("stems").size(), 150U);
  for (const auto& [word, stem] : golden.at("stems").items())
    EXPECT_EQ(stem_of(word), stem.get<std::string>()) << word;
}

TEST(Meteor, equals_nltk_without_synonyms) {
  for (const Json& one : golden_texts().at("texts"))
    EXPECT_NEAR(meteor(text(one, "candidate"), text(one, "reference")),
                one.at("meteor").get<double>(), 1e-12)
        << text(one, "candidate");
}

TEST(Bleu, cuts_tokens_as_mteval_13a) {
  for (const Json& one : golden_texts().at("texts"))
    EXPECT_EQ(tokens_13a(text(one, "candidate")), one.at("tokens").get<std::vector<std::string>>());
}

TEST(Bleu, of_a_sentence_equals_sacrebleu) {
  for (const Json& one : golden_texts().at("texts")) {
    const BleuScore score =
        bleu_of(bleu_counts(text(one, "candidate"), text(one, "reference")), BleuOrder::longest);
    EXPECT_NEAR(score.score, one.at("bleu").get<double>(), 1e-10) << text(one, "candidate");
    for (std::size_t i = 0; i < 4; ++i)
      EXPECT_NEAR(score.precisions[i], one.at("precisions")[i].get<double>(), 1e-10);
  }
}

TEST(Bleu, of_a_corpus_equals_sacrebleu) {
  const Json golden = golden_texts();
  BleuCounts counts;
  for (const Json& one : golden.at("texts"))
    counts += bleu_counts(text(one, "candidate"), text(one, "reference"));
  const BleuScore score = bleu_of(counts);
  EXPECT_NEAR(score.score, golden.at("corpus").at("bleu").get<double>(), 1e-10);
  EXPECT_NEAR(score.brevity_penalty, golden.at("corpus").at("brevity_penalty").get<double>(),
              1e-12);
}

}  // namespace
}  // namespace galen::eval
